// Command jspeer is nats.go on the other side of specs of JetStream: it writes what Lua reads, and reads what Lua
// wrote. `jspeer URL COMMAND NAME` prints JSON.
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// message is one of a stream, as both sides print it.
type message struct {
	Subject string              `json:"subject"`
	Data    []byte              `json:"data"`
	Headers map[string][]string `json:"headers"`
	Seq     uint64              `json:"seq"`
	Time    int64               `json:"time"`
}

// entry is one of a bucket.
type entry struct {
	Key       string `json:"key"`
	Value     []byte `json:"value"`
	Revision  uint64 `json:"revision"`
	Operation string `json:"operation"`
	Created   int64  `json:"created"`
}

type peer struct {
	ctx context.Context
	nc  *nats.Conn
	js  jetstream.JetStream
}

// writeStream makes a stream with most of what one can have, messages and consumers.
func (p *peer) writeStream(name string) (any, error) {
	stream, err := p.js.CreateStream(p.ctx, jetstream.StreamConfig{
		Name: name, Description: "from the other side", Subjects: []string{name + ".>"},
		Retention: jetstream.LimitsPolicy, MaxConsumers: 10, MaxMsgs: 1000, MaxBytes: 1 << 20, Discard: jetstream.DiscardNew,
		DiscardNewPerSubject: true, MaxAge: 90*time.Minute + 500*time.Millisecond, MaxMsgsPerSubject: 50, MaxMsgSize: 10000,
		Storage: jetstream.MemoryStorage, Replicas: 1, Duplicates: 30 * time.Second, AllowRollup: true,
		Compression: jetstream.NoCompression, FirstSeq: 100, AllowDirect: true, AllowMsgTTL: true,
		SubjectDeleteMarkerTTL: 5 * time.Second, AllowAtomicPublish: true,
		SubjectTransform: &jetstream.SubjectTransformConfig{Source: name + ".from.>", Destination: name + ".to.>"},
		RePublish:        &jetstream.RePublish{Source: name + ".re.>", Destination: "re." + name + ".>", HeadersOnly: true},
		ConsumerLimits:   jetstream.StreamConsumerLimits{InactiveThreshold: time.Minute, MaxAckPending: 77},
		Metadata:         map[string]string{"city": "Ulm"},
	})
	if err != nil {
		return nil, err
	}
	start := time.Unix(1700000000, 0).UTC()
	if _, err := stream.CreateConsumer(p.ctx, jetstream.ConsumerConfig{
		Durable: "d", Description: "a consumer", AckPolicy: jetstream.AckExplicitPolicy, AckWait: 7500 * time.Millisecond,
		MaxDeliver: 4, BackOff: []time.Duration{time.Second, 2500 * time.Millisecond, 10 * time.Second},
		FilterSubjects: []string{name + ".a", name + ".b"}, SampleFrequency: "50%", MaxWaiting: 12, MaxAckPending: 33,
		MaxRequestBatch: 9, MaxRequestExpires: time.Minute, MaxRequestMaxBytes: 5000, InactiveThreshold: 30 * time.Second,
		MemoryStorage: true, Metadata: map[string]string{"city": "Bonn"},
		DeliverPolicy: jetstream.DeliverByStartTimePolicy, OptStartTime: &start, ReplayPolicy: jetstream.ReplayOriginalPolicy,
		HeadersOnly: true,
	}); err != nil {
		return nil, err
	}
	m := nats.NewMsg(name + ".a")
	m.Data = []byte("first \x00\xff\r\n")
	m.Header["Colour"] = []string{"red", "blue"}
	if _, err := p.js.PublishMsg(p.ctx, m, jetstream.WithMsgID("id-1"), jetstream.WithMsgTTL(time.Hour)); err != nil {
		return nil, err
	}
	if _, err := p.js.Publish(p.ctx, name+".from.x", []byte("second")); err != nil {
		return nil, err
	}
	return p.readStream(name)
}

// readStream prints configurations and messages.
func (p *peer) readStream(name string) (any, error) {
	stream, err := p.js.Stream(p.ctx, name)
	if err != nil {
		return nil, err
	}
	info, err := stream.Info(p.ctx)
	if err != nil {
		return nil, err
	}
	messages := []message{}
	for seq := info.State.FirstSeq; seq <= info.State.LastSeq; seq++ {
		m, err := stream.GetMsg(p.ctx, seq)
		if err != nil {
			continue
		}
		headers := map[string][]string{}
		for key, values := range m.Header {
			switch key {
			case "Nats-Stream", "Nats-Subject", "Nats-Sequence", "Nats-Time-Stamp":
			default:
				headers[key] = values
			}
		}
		messages = append(messages, message{m.Subject, m.Data, headers, m.Sequence, m.Time.UnixNano()})
	}
	consumers := map[string]jetstream.ConsumerConfig{}
	list := stream.ListConsumers(p.ctx)
	for c := range list.Info() {
		consumers[c.Name] = c.Config
	}
	return map[string]any{"config": info.Config, "messages": messages, "consumers": consumers}, list.Err()
}

// take takes all messages of the consumer "d" and acknowledges them.
func (p *peer) take(name string) (any, error) {
	consumer, err := p.js.Consumer(p.ctx, name, "d")
	if err != nil {
		return nil, err
	}
	batch, err := consumer.FetchNoWait(100)
	if err != nil {
		return nil, err
	}
	taken := []string{}
	for m := range batch.Messages() {
		if err := m.DoubleAck(p.ctx); err != nil {
			return nil, err
		}
		taken = append(taken, string(m.Data()))
	}
	return taken, batch.Error()
}

// writeBucket makes a bucket with most of what one can have, and does all there is to do.
func (p *peer) writeBucket(name string) (any, error) {
	kv, err := p.js.CreateKeyValue(p.ctx, jetstream.KeyValueConfig{
		Bucket: name, Description: "from the other side", MaxValueSize: 1000, History: 5, TTL: 90 * time.Second,
		MaxBytes: 1 << 20, Storage: jetstream.MemoryStorage, Replicas: 1, Compression: true, LimitMarkerTTL: 5 * time.Second,
		RePublish: &jetstream.RePublish{Source: ">", Destination: "re." + name + ".>"},
		Metadata:  map[string]string{"city": "Ulm"},
	})
	if err != nil {
		return nil, err
	}
	steps := []func() error{
		func() error { _, err := kv.Put(p.ctx, "a", []byte("1 \x00\xff")); return err },
		func() error { _, err := kv.Update(p.ctx, "a", []byte("2"), 1); return err },
		func() error { _, err := kv.Create(p.ctx, "b/c.d=e", []byte("3")); return err },
		func() error { return kv.Delete(p.ctx, "a") },
		func() error { _, err := kv.Create(p.ctx, "a", []byte("4")); return err },
		func() error { _, err := kv.Create(p.ctx, "t", []byte("5"), jetstream.KeyTTL(time.Hour)); return err },
		func() error { _, err := kv.Put(p.ctx, "p", []byte("6")); return err },
		func() error { return kv.Purge(p.ctx, "p", jetstream.PurgeTTL(time.Hour)) },
	}
	for _, step := range steps {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return p.readBucket(name)
}

// readBucket prints the configuration of its stream and its whole history.
func (p *peer) readBucket(name string) (any, error) {
	kv, err := p.js.KeyValue(p.ctx, name)
	if err != nil {
		return nil, err
	}
	watch, err := kv.WatchAll(p.ctx, jetstream.IncludeHistory())
	if err != nil {
		return nil, err
	}
	defer watch.Stop()
	entries := []entry{}
	for e := range watch.Updates() {
		if e == nil {
			break
		}
		operation := map[jetstream.KeyValueOp]string{
			jetstream.KeyValuePut: "PUT", jetstream.KeyValueDelete: "DEL", jetstream.KeyValuePurge: "PURGE",
		}[e.Operation()]
		entries = append(entries, entry{e.Key(), e.Value(), e.Revision(), operation, e.Created().UnixNano()})
	}
	keys, err := kv.Keys(p.ctx)
	if err != nil {
		return nil, err
	}
	stream, err := p.readStream("KV_" + name)
	if err != nil {
		return nil, err
	}
	return map[string]any{"entries": entries, "keys": keys, "stream": stream}, nil
}

func run() error {
	if len(os.Args) != 4 {
		return fmt.Errorf("usage: jspeer URL write-stream|read-stream|take|write-bucket|read-bucket NAME")
	}
	nc, err := nats.Connect(os.Args[1])
	if err != nil {
		return err
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	p := &peer{ctx, nc, js}
	command, found := map[string]func(string) (any, error){
		"write-stream": p.writeStream, "read-stream": p.readStream, "take": p.take,
		"write-bucket": p.writeBucket, "read-bucket": p.readBucket,
	}[os.Args[2]]
	if !found {
		return fmt.Errorf("there is no command %q", os.Args[2])
	}
	result, err := command(os.Args[3])
	if err != nil {
		return err
	}
	return json.NewEncoder(os.Stdout).Encode(result)
}

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "jspeer:", err)
		os.Exit(1)
	}
}
