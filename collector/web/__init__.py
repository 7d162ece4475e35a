"""The pages: what people see of the collector in a browser.

``views`` turns domain data into view models (pure functions), ``templates`` renders view models, ``pages`` holds the
handlers that fetch the data and answer, ``site`` puts them together for the application. ``static`` is served as it
is; there is no build step.
"""
