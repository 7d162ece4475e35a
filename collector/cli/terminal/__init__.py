"""What commands share: common options, tables for people, ways to ask."""
