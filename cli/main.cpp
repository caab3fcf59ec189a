// Parses the sub-command, runs it, returns its exit code. Nothing else happens here.
#include "capture-format/commands/commands.hpp"
#include "core/base/exit_code.hpp"
#include "proxy/command.hpp"
#include "replay/command.hpp"
#include "stub/command.hpp"

#include <cstdio>
#include <functional>
#include <string>

#include <CLI/CLI.hpp>

using understudy::ExitCode;

namespace {

/// `--capture "$UNSET"` must not mean "record nothing": an option that is given has a value.
const CLI::Option* option_without_value(const CLI::App& app) {
  for (const auto* option : app.get_options())
    for (const auto& value : option->results())
      if (value.empty()) return option;
  for (const auto* chosen : app.get_subcommands())
    if (const auto* option = option_without_value(*chosen)) return option;
  return nullptr;
}

int usage_error(const std::string& what) {
  std::fprintf(stderr, "understudy: %s (see --help)\n", what.c_str());
  return static_cast<int>(ExitCode::usage);
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Understudy: rehearse every release on production's own traffic.", "understudy"};
  app.set_version_flag("--version", std::string("understudy ") + UNDERSTUDY_VERSION);
  app.require_subcommand(1);
  app.footer(
      "Examples:\n"
      "  understudy proxy --listen :8080 --primary http://127.0.0.1:9000 --shadow http://staging:9000 "
      "--capture captures\n"
      "  understudy capture info captures/*.ucap.zst\n"
      "  understudy replay --target http://127.0.0.1:9001 --speed 5x --report report captures/*.ucap.zst\n"
      "  understudy stub --capture shop.ucap.zst --listen 127.0.0.1:9002\n"
      "\nExit codes: 0 ok or pass, 1 gate failed or damage found, 2 usage, 3 inconclusive, 4 invalid run, "
      "130 interrupted.");

  std::function<ExitCode()> run;
  understudy::proxy::add_command(app, run);
  understudy::replay::add_command(app, run);
  understudy::stub::add_command(app, run);
  auto* capture = app.add_subcommand("capture", "Look at, check, convert and import capture files");
  capture->require_subcommand(1);
  understudy::capture::add_commands(*capture, run);

  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp&) {
    std::fputs(app.help().c_str(), stdout);
    return 0;
  } catch (const CLI::CallForAllHelp&) {
    std::fputs(app.help("", CLI::AppFormatMode::All).c_str(), stdout);
    return 0;
  } catch (const CLI::CallForVersion& version) {
    std::printf("%s\n", version.what());
    return 0;
  } catch (const CLI::ParseError& error) {
    const auto unknown = app.remaining(true);
    const bool of_capture = capture->parsed() && capture->get_subcommands().empty();
    if ((app.get_subcommands().empty() || of_capture) && !unknown.empty())
      return usage_error("there is no sub-command or option '" + unknown.front() + "' here");
    return usage_error(error.what());
  }
  if (const auto* option = option_without_value(app))
    return usage_error(option->get_name() + ": needs a value, not an empty text");
  return static_cast<int>(run());
}
