using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Checkpoints.Tests;

public sealed class FileStampTests
{
    private static readonly DateTime Written = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    [Fact]
    public void A_file_keeps_its_stamp_until_it_is_written_or_replaced()
    {
        using var folder = new TempFolder();
        var file = Write(folder, "some bytes");
        var stamp = FileStamp.Of(file);

        Assert.NotNull(stamp);
        Assert.Equal(stamp, FileStamp.Of(file));

        File.Move(Write(folder, "other bytes", "other"), file, overwrite: true);
        File.SetLastWriteTimeUtc(file, Written);
        Assert.NotEqual(stamp, FileStamp.Of(file));
    }

    [Fact]
    public void What_was_renamed_after_it_was_written_shows_it()
    {
        using var folder = new TempFolder();
        var file = Write(folder, "some bytes");
        Assert.False(FileStamp.Of(file)!.IsWrittenBeforeChanged);

        File.SetLastWriteTimeUtc(file, Written);
        File.Move(file, folder.File("named"));

        var stamp = FileStamp.Of(folder.File("named"))!;
        Assert.True(stamp.IsWrittenBeforeChanged);
        Assert.Equal(new DateTimeOffset(Written), stamp.Modified);
    }

    [Fact]
    public void What_is_not_there_has_none()
    {
        using var folder = new TempFolder();

        Assert.Null(FileStamp.Of(folder.File("nowhere")));
    }

    private static string Write(TempFolder folder, string content, string name = "file")
    {
        File.WriteAllText(folder.File(name), content);
        return folder.File(name);
    }
}
