#include "capture-format/commands/console.hpp"
#include "capture-format/commands/registration.hpp"
#include "capture-format/convert/json_writer.hpp"
#include "capture-format/crypto/key_ring.hpp"
#include "capture-format/crypto/secret_key.hpp"
#include "capture-format/layout/uuid.hpp"
#include "core/base/clock.hpp"
#include "core/base/units.hpp"

#include <array>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fcntl.h>
#include <filesystem>
#include <memory>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace understudy::capture {
namespace {

struct KeygenOptions {
  std::string id;
  std::string output;
  bool rotate = false;
  bool json = false;
};

/// "k-2026-01-05-1f3a".
std::string dated_id() {
  return fmt::format("k-{}-{}", format_wall_time(wall_now().value).substr(0, 10),
                     to_hex(random_uuid()).substr(0, 4));
}

Outcome<> write_whole(int descriptor, std::string_view text) {
  while (!text.empty()) {
    const auto written = ::write(descriptor, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Failure{std::strerror(errno)};
    text.remove_prefix(static_cast<std::size_t>(written));
  }
  if (fsync(descriptor) != 0 && errno != EINVAL) return Failure{std::strerror(errno)};
  return {};
}

/// A new file that nobody else can read, from the begin.
Outcome<> create_private(const std::string& path, std::string_view text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
  if (file < 0 && errno == EEXIST)
    return Failure{fmt::format("{}: exists already; --rotate puts a new key before its keys", path)};
  if (file < 0) return Failure{fmt::format("{}: {}", path, std::strerror(errno))};
  const auto written = write_whole(file, text);
  close(file);
  if (written) return {};
  unlink(path.c_str());
  return Failure{fmt::format("{}: {}", path, written.error().message)};
}

/// The new key first, the old ones behind it, at once.
Outcome<> rotate(const std::string& path, const std::string& line, const std::string& id) {
  // Only a key file that can be used is touched; its keys stay what they are.
  KeyOptions keys;
  keys.key_file = path;
  if (const auto ring = open_key_ring(keys); !ring) return ring.error();
  keys.key_id = id;
  if (open_key_ring(keys)) return Failure{fmt::format("{}: holds a key '{}' already", path, id)};
  auto text = line;
  const int old = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  std::array<char, 4096> piece;
  ssize_t got = 0;
  while (old >= 0 && (got = ::read(old, piece.data(), piece.size())) > 0)
    text.append(piece.data(), static_cast<std::size_t>(got));
  const bool whole = old >= 0 && got == 0;
  if (old >= 0) close(old);
  const auto fresh = fmt::format("{}.{}", path, to_hex(random_uuid()).substr(0, 8));
  auto written =
      whole ? create_private(fresh, text) : Outcome<>(Failure{fmt::format("{}: cannot be read", path)});
  if (written && rename(fresh.c_str(), path.c_str()) != 0) {
    written = Failure{fmt::format("{}: {}", path, std::strerror(errno))};
    unlink(fresh.c_str());
  }
  cleanse(text);
  return written;
}

ExitCode run_keygen(const KeygenOptions& options) {
  const auto id = options.id.empty() ? dated_id() : options.id;
  if (!is_key_id(id))
    return fail(ExitCode::usage,
                fmt::format("--id {}: needs up to 64 letters, digits and any of -_.:/@+=", id));
  if (options.rotate && options.output.empty())
    return fail(ExitCode::usage, "--rotate: needs the key file as --output");
  if (options.json && options.output.empty())
    return fail(ExitCode::usage, "--json: needs --output, as standard output is the key");
  const auto key = SecretKey::random();
  if (!key) return fail(ExitCode::usage, "the system has no random numbers for a key");
  auto text = key->to_base64();
  auto line = fmt::format("{} {}\n", id, text);
  cleanse(text);
  Outcome<> written;
  if (options.output.empty())
    written = write_whole(STDOUT_FILENO, line);
  else if (options.rotate)
    written = rotate(options.output, line, id);
  else
    written = create_private(options.output, line);
  cleanse(line);
  if (!written) return fail(ExitCode::usage, written.error().message);
  if (options.json) {
    std::string told;
    JsonWriter(told).begin_object().member("key_id", id).member("output", options.output).end_object();
    std::puts(told.c_str());
  } else if (!options.output.empty()) {
    std::fprintf(stderr, "%s: key '%s' is the active one\n", options.output.c_str(), id.c_str());
  }
  return ExitCode::ok;
}

}  // namespace

void add_keygen(CLI::App& capture, Run& run) {
  auto* command = capture.add_subcommand("keygen", "Make a key for encrypted captures");
  auto options = std::make_shared<KeygenOptions>();
  command->add_option("--id", options->id, "The key's name; the date and a random part unless given");
  command->add_option("--output,-o", options->output,
                      "A key file to make (mode 600) instead of a line on standard output");
  command->add_flag("--rotate", options->rotate,
                    "The file exists: put the new key first, keep the old ones for old files");
  command->add_flag("--json", options->json, "With --output: one JSON object for programs, without the key");
  command->footer(
      "A key file has a line 'KEY-ID BASE64' for each key. The first encrypts new captures, all of them open "
      "old ones. "
      "It must\nhave mode 600. Without its keys captures cannot be read, by anybody, ever: keep a copy in a "
      "safe place.\n"
      "Examples:\n  understudy capture keygen --output capture.key\n"
      "  understudy capture keygen --rotate --output capture.key && understudy capture rekey --key-file "
      "capture.key "
      "captures/*.ucap.zst\n"
      "\nExit codes: 0 made, 2 usage, or the file cannot be written.");
  command->callback([options, &run] { run = [options] { return run_keygen(*options); }; });
}

}  // namespace understudy::capture
