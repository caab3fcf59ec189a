#include "capture-format/recorder.hpp"
#include "capture-format/writer/file_keeper.hpp"
#include "tests/unit/capture-format/sample_exchange.hpp"

#include <filesystem>

#include <gtest/gtest.h>

namespace understudy::capture::testing {
namespace {

using Names = std::vector<std::string>;

const std::vector<KeptFile> kFiles{{"newest", 100, 400, true},
                                   {"oldest", 100, 100, true},
                                   {"open", 100, 50, false},
                                   {"middle", 100, 300, true}};

TEST(FileKeeper, TheOldestSealedFilesGoFirstAndNoMoreThanNeeded) {
  EXPECT_EQ(files_to_remove(kFiles, {.bytes = 400}, 500, 0), Names{});
  EXPECT_EQ(files_to_remove(kFiles, {.bytes = 399}, 500, 0), Names{"oldest"});
  EXPECT_EQ(files_to_remove(kFiles, {.bytes = 250}, 500, 0), (Names{"oldest", "middle"}));
}

TEST(FileKeeper, AFileThatIsBeingWrittenIsNeverRemoved) {
  EXPECT_EQ(files_to_remove(kFiles, {.bytes = 1}, 500, 0), (Names{"oldest", "middle", "newest"}));
}

TEST(FileKeeper, AgeAndFreeSpaceRemoveOnTheirOwn) {
  EXPECT_EQ(files_to_remove(kFiles, {.age = std::chrono::nanoseconds(200)}, 500, 0), Names{"oldest"});
  EXPECT_EQ(files_to_remove(kFiles, {.free_bytes = 150}, 500, 0), (Names{"oldest", "middle"}));
  EXPECT_EQ(files_to_remove(kFiles, {.free_bytes = 150}, 500, 150), Names{});
  EXPECT_EQ(files_to_remove(kFiles, {}, 500, 0), Names{});
}

TEST(FileKeeper, FilesOfEarlierRunsCountAndThoseOfOthersAreLeftAlone) {
  const TemporaryDirectory directory;
  const auto* const kEarlier = "shop-host-20200101T000000Z-0001-00000000.ucap.zst";
  const auto* const kOthers = "billing-host-20200101T000000Z-0001-00000000.ucap.zst";
  const auto* const kNotes = "shop-notes.txt";
  for (const auto* name : {kEarlier, kOthers, kNotes})
    write_file(directory.path() / name, std::string(50'000, 'x'));
  RecorderOptions options;
  options.directory = directory.path();
  options.service = "shop";
  options.keep.bytes = 40'000;
  {
    auto recorder = Recorder::open(options);
    ASSERT_TRUE(recorder.has_value());
    (*recorder)->append(sample_exchange(1).view);
  }
  EXPECT_FALSE(std::filesystem::exists(directory.path() / kEarlier));
  EXPECT_TRUE(std::filesystem::exists(directory.path() / kOthers));
  EXPECT_TRUE(std::filesystem::exists(directory.path() / kNotes));
  EXPECT_EQ(files_in(directory.path()).size(), 3u);  // these two and the new one
}

}  // namespace
}  // namespace understudy::capture::testing
