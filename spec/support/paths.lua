--- Lets specs find rocks/ under the genuine busted too: after everything else, as `moonwire` has it.
package.path = package.path .. ";rocks/?.lua;rocks/?/init.lua"
