#include "replay/report/report_files.hpp"

#include "replay/report/json_report.hpp"
#include "replay/report/junit_report.hpp"
#include "replay/report/markdown_report.hpp"

#include <fstream>
#include <string_view>
#include <unistd.h>

#include <fmt/format.h>

namespace understudy::replay {
namespace {

Outcome<> write_file(const std::filesystem::path& path, std::string_view content) {
  const auto partial = std::filesystem::path(path).concat(".partial");
  std::error_code error;
  {
    std::ofstream file(partial, std::ios::binary | std::ios::trunc);
    file.write(content.data(), static_cast<std::streamsize>(content.size()));
    file.flush();
    if (!file) {
      std::filesystem::remove(partial, error);
      return Failure{fmt::format("cannot write {}", path.string())};
    }
  }
  std::filesystem::rename(partial, path, error);
  if (!error) return {};
  std::error_code ignored;
  std::filesystem::remove(partial, ignored);
  return Failure{fmt::format("cannot write {}: {}", path.string(), error.message())};
}

}  // namespace

Outcome<> prepare_report_directory(const std::filesystem::path& directory) {
  std::error_code error;
  std::filesystem::create_directories(directory, error);
  if (error || !std::filesystem::is_directory(directory))
    return Failure{fmt::format("--report: cannot make directory {}: {}", directory.string(),
                               error ? error.message() : "it is a file")};
  if (::access(directory.c_str(), W_OK) != 0)
    return Failure{fmt::format("--report: directory {} is not writable", directory.string())};
  return {};
}

Outcome<> write_reports(const RunResult& result, const std::filesystem::path& directory) {
  if (auto written = write_file(directory / "report.json", json_report(result)); !written) return written;
  if (auto written = write_file(directory / "report.md", markdown_report(result)); !written) return written;
  return write_file(directory / "junit.xml", junit_report(result));
}

}  // namespace understudy::replay
