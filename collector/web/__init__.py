"""The pages: what people see of the collector in a browser.

``views`` turns domain data into view models (pure functions), ``templates`` renders view models, ``pages`` holds the
handlers that fetch the data and answer. ``static`` is served as it is; there is no build step.
"""
