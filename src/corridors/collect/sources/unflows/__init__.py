"""International Migration Flows to and from Selected Countries of the United Nations Population Division."""
