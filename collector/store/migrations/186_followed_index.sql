-- Tickets are found by what systems call them, and those that are to be read among those of long ago.
CREATE INDEX ledger_by_ticket ON ledger (system, ticket);
CREATE INDEX incident_by_closing ON incident (closed);
