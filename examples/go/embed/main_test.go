package main

// The script answers, the other one computes, and the first is stopped.
func Example() {
	main()
	// Output:
	// hello, moon
	// hello, wire
	// mean of 1, 2, 6: 3
	// the service was stopped
}
