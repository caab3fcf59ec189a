#include "proxy/config/sections.hpp"

#include "core/sections/local_key.hpp"
#include "core/sections/sections.hpp"
#include "proxy/config/section_values.hpp"

#include <utility>

namespace understudy::proxy {
namespace {

using config::Node;

void read_sample(const Node& node, ProxyConfig& config) {
  node.read("percent", config.sample_share, &Node::percent);
  if (const auto by = node.member("by")) take(*by, SampleKey::parse(by->text()), config.sample_key);
  node.finish();
}

/// Keys themselves are read when files are checked and when the capture begins.
capture::KeyOptions read_encryption(const Node& node) {
  capture::KeyOptions keys;
  node.read("key_file", keys.key_file, &Node::text);
  node.read("key_command", keys.key_command, &Node::text);
  node.read("key_id", keys.key_id, &Node::text);
  node.finish();
  if (!keys.given()) node.fail("needs a key_file or a key_command");
  if (!keys.key_file.empty() && !keys.key_command.empty())
    node.fail("has a key_file and a key_command: one of them is enough");
  if (!keys.key_command.empty() && keys.key_id.empty()) node.fail("needs a key_id for its key_command");
  return keys;
}

void read_capture(const Node& node, ProxyConfig& config) {
  capture::RecorderOptions options;
  const auto directory = node.member("directory");
  if (!directory) return node.fail("needs a directory");
  options.directory = directory->text();
  if (const auto rotate = node.member("rotate")) {
    rotate->read("size", options.rotate_bytes, &Node::size_bytes);
    rotate->read("age", options.rotate_age, &Node::duration);
    rotate->finish();
  }
  if (const auto keep = node.member("keep")) {
    keep->read("size", options.keep.bytes, &Node::size_bytes);
    keep->read("age", options.keep.age, &Node::duration);
    keep->read("free", options.keep.free_bytes, &Node::size_bytes);
    keep->finish();
  }
  node.read("sync", options.sync_interval, &Node::duration);
  if (const auto encryption = node.member("encryption")) options.encryption = read_encryption(*encryption);
  node.finish();
  config.capture = std::move(options);
}

void read_scrub(const Node& node, ProxyConfig& config) { config.scrub = sections::read_scrub(node); }
void read_guard(const Node& node, ProxyConfig& config) { config.guard = sections::read_guard(node); }

void read_workers(const Node& node, ProxyConfig& config) {
  const auto workers = node.count();
  constexpr std::uint64_t kWorkersMax = 1024;
  if (workers > kWorkersMax)
    return node.fail("workers lies between 0 (as many as the machine has threads) and 1024");
  config.workers = static_cast<unsigned>(workers);
}

}  // namespace

void read_root(const Node& root, ProxyConfig& config) {
  using Section = void (*)(const Node&, ProxyConfig&);
  constexpr std::pair<std::string_view, Section> kSections[] = {
      {"listeners", read_listeners}, {"primary", read_primary}, {"shadows", read_shadows},
      {"sample", read_sample},       {"guard", read_guard},     {"scrub", read_scrub},
      {"capture", read_capture},     {"limits", read_limits},   {"timeouts", read_timeouts},
      {"forwarded", read_forwarded}, {"ids", read_ids},         {"overload", read_overload},
      {"admin", read_admin},         {"workers", read_workers}, {"log", read_log}};
  bool scrub_given = false;
  for (const auto& [name, read] : kSections) {
    const auto section = root.member(name);
    if (!section) continue;
    read(*section, config);
    scrub_given = scrub_given || name == "scrub";
  }
  if (!scrub_given) config.scrub.key = sections::local_key();
  root.finish();
}

}  // namespace understudy::proxy
