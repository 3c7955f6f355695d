package notify

import "context"

// Probe connects as for a mail, protects the connection, signs in, and leaves again without sending anything. Its error is a
// *DeliveryError; Unwrap gives what the server said.
func (s *SMTP) Probe(ctx context.Context) error {
	if err := s.connectAnew(ctx); err != nil {
		return err
	}
	return s.Close()
}

func (s *SMTP) connectAnew(ctx context.Context) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.drop()
	if err := s.dial(ctx); err != nil {
		return err
	}
	return nil
}

// Probe writes a file into the folder, if there is one, and removes it again.
func (s Spool) Probe(context.Context) error {
	if err := s.try(); err != nil {
		return &DeliveryError{Class: "spool", Server: true, Err: err}
	}
	return nil
}
