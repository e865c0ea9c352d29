package main

// Without NATS_URL the program prints what it received, in order.
func Example() {
	main()
	// Output:
	// moon.new   the moon is new
	// moon.full  the moon is full
	// double     moonmoon
}
