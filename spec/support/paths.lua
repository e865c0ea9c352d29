--- Gives specs under the genuine busted the order of `require` that they have under `moonwire spec`: lua/ before all
-- else, rocks/ after all else. (The binary and the engines that read files have it by then.)
local meta = getmetatable(package.preload)
if not (meta and meta.moonwire_roots) and not package.preload["host.nats"] then
  require("moonwire.loader").install(".")
end
