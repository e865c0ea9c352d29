// Secrets makes what a server with users and certificates needs, for specs: secrets FOLDER.
//
//	server.conf, user.creds, user.jwt, user.seed   a server whose operator and account are new, and a user
//	nkey.conf, nkey.seed                          a server that knows one user by its public key
//	ca.pem, server.pem, server.key, client.pem, client.key
//	other.creds                                   a user of another operator, whom no server knows
package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"log"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nkeys"
)

func main() {
	log.SetFlags(0)
	if len(os.Args) != 2 {
		log.Fatal("usage: secrets FOLDER")
	}
	folder := os.Args[1]
	conf, creds, token, seed := operator()
	write(folder, "server.conf", conf)
	write(folder, "user.creds", creds)
	write(folder, "user.jwt", token)
	write(folder, "user.seed", seed)
	_, creds, _, _ = operator()
	write(folder, "other.creds", creds)

	user := must(nkeys.CreateUser())
	write(folder, "nkey.conf", fmt.Sprintf("authorization { users = [ { nkey: %s } ] }\n", must(user.PublicKey())))
	write(folder, "nkey.seed", string(must(user.Seed()))+"\n")

	certificates(folder)
}

func must[T any](value T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return value
}

func write(folder, name, text string) {
	if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
		log.Fatal(err)
	}
}

// operator makes an operator with an account and a user in it.
func operator() (conf, creds, token, seed string) {
	operator := must(nkeys.CreateOperator())
	account := must(nkeys.CreateAccount())
	user := must(nkeys.CreateUser())
	accountID := must(account.PublicKey())
	operatorJWT := must(jwt.NewOperatorClaims(must(operator.PublicKey())).Encode(operator))
	accountJWT := must(jwt.NewAccountClaims(accountID).Encode(operator))
	token = must(jwt.NewUserClaims(must(user.PublicKey())).Encode(account))
	seed = string(must(user.Seed()))
	creds = string(must(jwt.FormatUserConfig(token, []byte(seed))))
	conf = fmt.Sprintf("operator: %s\nresolver: MEMORY\nresolver_preload: { %s: %s }\n", operatorJWT, accountID, accountJWT)
	return conf, creds, token, seed
}

// certificates makes an authority, and a server's and a client's certificate that it signed.
func certificates(folder string) {
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	authority := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "moonwire specs"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der := must(x509.CreateCertificate(rand.Reader, authority, authority, key.Public(), key))
	write(folder, "ca.pem", encode("CERTIFICATE", der))
	for i, name := range []string{"server", "client"} {
		own := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
		template := &x509.Certificate{
			SerialNumber: big.NewInt(int64(i + 2)), Subject: pkix.Name{CommonName: name},
			NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
			DNSNames: []string{"localhost"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)},
			KeyUsage:    x509.KeyUsageDigitalSignature,
			ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		}
		der := must(x509.CreateCertificate(rand.Reader, template, authority, own.Public(), key))
		write(folder, name+".pem", encode("CERTIFICATE", der))
		write(folder, name+".key", encode("EC PRIVATE KEY", must(x509.MarshalECPrivateKey(own))))
	}
}

func encode(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}
