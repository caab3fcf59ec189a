#include "capture-format/commands/console.hpp"
#include "capture-format/commands/key_arguments.hpp"
#include "capture-format/commands/purge_plan.hpp"
#include "capture-format/commands/purge_report.hpp"
#include "capture-format/commands/purge_sessions.hpp"
#include "capture-format/commands/registration.hpp"
#include "capture-format/layout/file_names.hpp"
#include "capture-format/reader.hpp"
#include "capture-format/rewrite/erase.hpp"
#include "core/base/clock.hpp"
#include "core/base/units.hpp"

#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <unistd.h>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace understudy::capture {
namespace {

namespace fs = std::filesystem;

struct PurgeOptions {
  std::vector<std::string> paths;
  std::string older_than;
  SessionOptions sessions;
  KeyOptions keys;
  bool rewrite = false;
  bool dry_run = false;
  bool yes = false;
  bool json = false;
};

Outcome<PurgeTarget> target_of(const PurgeOptions& options) {
  PurgeTarget target;
  target.rewrite = options.rewrite;
  const bool by_session = !options.sessions.keys.empty() || !options.sessions.credentials.empty();
  if (by_session == !options.older_than.empty())
    return Failure{"what shall go? Give --older-than, or --session or --session-of"};
  if (by_session) {
    auto sessions = session_keys_of(options.sessions);
    if (!sessions) return sessions.error();
    target.sessions = *std::move(sessions);
    return target;
  }
  const auto age = parse_duration(options.older_than);
  if (!age || age->count() <= 0)
    return Failure{fmt::format("--older-than {}: wants a duration such as 72h", options.older_than)};
  const auto now = wall_now().value;
  const auto age_ns = static_cast<std::uint64_t>(age->count());
  target.before_ns = now > age_ns ? now - age_ns : 1;
  return target;
}

/// On a terminal nothing is changed before somebody has said so.
bool is_confirmed(const PurgeOptions& options, const std::vector<PurgeItem>& items) {
  if (options.yes || isatty(STDIN_FILENO) == 0 || isatty(STDERR_FILENO) == 0) return true;
  std::fputs(purge_question(items).c_str(), stderr);
  char answer[8] = {};
  return std::fgets(answer, sizeof answer, stdin) != nullptr && (answer[0] == 'y' || answer[0] == 'Y');
}

Failure cannot_remove(const std::string& path, const std::error_code& error) {
  return Failure{fmt::format("{}: cannot be removed: {}", path, error.message())};
}

/// What was encrypted stays so, under the key that it has.
Outcome<EraseKeys> keys_for(const std::string& path, const PurgeOptions& options, const KeyRingPtr& reading) {
  const auto headers = read_headers(path);
  if (!headers) return headers.error();
  EraseKeys keys{reading, nullptr};
  if (!headers->encrypted) return keys;
  auto given = or_environment(options.keys);
  if (!given.key_command.empty()) given.key_id = headers->key_id;
  const auto writing = open_key_ring(given);
  if (!writing) return writing.error();
  keys.writing = *writing;
  return keys;
}

/// What a killed writer left gets its final name on the way.
Outcome<> rewrite_file(PurgeItem& item, const PurgeTarget& target, const EraseKeys& keys) {
  const bool part = item.path.ends_with(kOpenSuffix);
  const auto final_path = sealed_name(item.path);
  std::error_code error;
  if (part && fs::exists(fs::symlink_status(final_path, error)))
    return Failure{fmt::format("{}: {} exists already", item.path, final_path)};
  Progress progress("purging " + item.path);
  EraseCallbacks callbacks;
  callbacks.unwanted = [&target](const ExchangeView& exchange) { return target.holds(exchange); };
  callbacks.progress = [&progress](std::uint64_t done, std::uint64_t of) {
    progress.update(done, of);
    return !interrupted();
  };
  const auto erased = erase_exchanges(item.path, final_path, callbacks, keys);
  if (!erased) return erased.error();
  item.unwanted = erased->removed;
  const auto left = fs::file_size(final_path, error);
  item.freed_bytes = !error && left < item.file_bytes ? item.file_bytes - left : 0;
  if (part && !fs::remove(item.path, error)) return cannot_remove(item.path, error);
  return {};
}

Outcome<> carry_out(PurgeItem& item, const PurgeTarget& target, const PurgeOptions& options,
                    const KeyRingPtr& reading) {
  std::error_code error;
  if (item.action == PurgeAction::rewrite) {
    const auto keys = keys_for(item.path, options, reading);
    if (!keys) return keys.error();
    return rewrite_file(item, target, *keys);
  }
  if (item.action != PurgeAction::remove) return {};
  if (!fs::remove(item.path, error) && error) return cannot_remove(item.path, error);
  item.freed_bytes = item.file_bytes;
  return {};
}

ExitCode run_purge(const PurgeOptions& options) {
  const auto target = target_of(options);
  if (!target) return fail(ExitCode::usage, target.error().message);
  const auto keys = open_key_ring_or_environment(options.keys);
  if (!keys) return fail(ExitCode::usage, keys.error().message);
  const auto files = purge_candidates(options.paths);
  if (!files) return fail(ExitCode::usage, files.error().message);
  note_interrupts();
  std::vector<PurgeItem> items;
  for (const auto& path : *files) {
    Progress progress("looking at " + path);
    items.push_back(plan_purge(path, *target, *keys, progress));
    if (interrupted()) return ExitCode::interrupted;
  }
  if (!options.dry_run && changes_anything(items)) {
    if (!is_confirmed(options, items)) return fail(ExitCode::interrupted, "nothing was changed");
    for (auto& item : items) {
      if (interrupted()) break;
      auto done = carry_out(item, *target, options, *keys);
      if (done || interrupted()) continue;
      item.action = PurgeAction::skip;
      item.incomplete = true;
      item.unwanted = 0;
      item.reason = done.error().message;
    }
  }
  if (interrupted())
    fail(ExitCode::interrupted, "interrupted: files that are not named below were not reached");
  Output output;
  output.write((options.json ? purge_as_json : purge_as_text)(items, options.dry_run));
  const auto finished = output.finish();
  if (interrupted()) return ExitCode::interrupted;
  return finished == ExitCode::ok && is_incomplete(items) ? ExitCode::failed : finished;
}

constexpr const char* kFooter =
    "By age, whole files go by their newest exchange; --rewrite also takes the old part out of the others. "
    "By "
    "session,\nevery file that holds one of its exchanges is written anew without them and put in its place "
    "in "
    "one step; all\nother records keep their bytes, gaps too. Files that are being written are skipped and "
    "named, damaged ones too.\nOn a terminal it asks first.\n"
    "A session key is the keyed hash that `cat --json` shows as session_key. For a person, --session-of "
    "takes "
    "what\nthe client sent: 'Authorization: Bearer ...', 'Cookie: sid=...', or a credential alone; - reads "
    "lines from\nstandard input, so that no secret stands in the list of processes. It wants the key that "
    "the "
    "proxy has as\nscrub.key_file.\n"
    "Examples:\n  understudy capture purge --older-than 72h --dry-run /var/lib/understudy\n"
    "  understudy capture purge --older-than 30d --rewrite --yes /var/lib/understudy\n"
    "  understudy capture purge --session 1f00c0ffee00aa55 captures/*.ucap.zst\n"
    "  understudy capture purge --session-of - --scrub-key scrub.key /var/lib/understudy < credentials\n"
    "\nExit codes: 0 done, 1 done but for files that were skipped (each is named), 2 usage, 130 interrupted "
    "or "
    "declined.";

}  // namespace

void add_purge(CLI::App& capture, Run& run) {
  auto* command = capture.add_subcommand(
      "purge", "Remove what is too old, or every exchange of a session, from capture files");
  auto options = std::make_shared<PurgeOptions>();
  command->add_option("PATH", options->paths, "Capture files, or directories of them")->required();
  command->add_option("--older-than", options->older_than, "Age of what goes: 72h, 90m, 30d");
  command->add_option("--session", options->sessions.keys, "Session key, 16 hex digits; can be repeated")
      ->allow_extra_args(false);
  command
      ->add_option("--session-of", options->sessions.credentials,
                   "Credential of the session, as the client sent it; - reads lines; can be repeated")
      ->allow_extra_args(false);
  command->add_option("--scrub-key", options->sessions.key_file,
                      "The proxy's scrub.key_file (32 bytes or 64 hex digits), for --session-of");
  declare_keys(*command, options->keys, KeyNames::long_one);
  command->add_flag("--rewrite", options->rewrite, "By age: also rewrite files that are old only in part");
  command->add_flag("--dry-run", options->dry_run, "Tell what would go; change nothing");
  command->add_flag("--yes,-y", options->yes, "Do not ask");
  command->add_flag("--json", options->json, "One JSON object for programs");
  command->footer(kFooter);
  command->callback([options, &run] { run = [options] { return run_purge(*options); }; });
}

}  // namespace understudy::capture
