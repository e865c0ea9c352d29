--- `moonwire compose kube`: the project as Kubernetes YAML.
local files = require "compose.files"
local kube = require "compose.kube"
local yaml = require "yaml"

return {
  summary = "write the project as Kubernetes YAML, for podman kube play",
  usage = "[options]",
  options = {
    { "output", short = "o", value = "FILE", help = "write to a file" },
    { "secrets", help = "write what secrets and configs hold; otherwise pods mount the files that they are made of" },
    { "claims", help = "write claims of volumes, too: Kubernetes needs them, podman makes volumes by itself" },
  },
  run = function(values, _, cx)
    local documents, lines = kube.documents(cx.load(), { secrets = values.secrets, claims = values.claims })
    for _, line in ipairs(lines) do cx.warn(line) end
    local parts = { "# Written by moonwire compose kube.\n" }
    for i, document in ipairs(documents) do
      parts[#parts + 1] = i > 1 and "---\n" or ""
      parts[#parts + 1] = yaml.dump(document, { anchors = false })
    end
    local text = table.concat(parts)
    if values.output then files.write(values.output, text) else io.write(text) end
    return 0
  end,
}
