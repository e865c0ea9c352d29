package host

// openNATS puts the native module host.nats into package.preload.
func openNATS(h *Host) {}
