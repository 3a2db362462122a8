using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Checkpoints.Tests;

public sealed class CheckpointStampTests
{
    private static readonly DateTime Written = new(2026, 1, 2, 3, 4, 5, DateTimeKind.Utc);

    [Fact]
    public void What_nobody_touched_has_the_stamp_it_had()
    {
        using var folder = Write();

        var stamp = CheckpointStamp.Of(folder.Path);
        File.WriteAllText(folder.File("README.md"), "decides nothing");

        Assert.NotNull(stamp);
        Assert.Equal(stamp, CheckpointStamp.Of(folder.Path));
        Assert.Equal(2, stamp.Text.Count(letter => letter == '\n'));
    }

    /// <summary>Length and time of writing can be made to look the same; the time of change cannot.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Who_writes_or_replaces_a_file_cannot_hide_it(bool replaces)
    {
        using var folder = Write();
        var weights = folder.File(CheckpointFiles.Weights);
        var stamp = CheckpointStamp.Of(folder.Path);

        if (replaces)
        {
            File.WriteAllText(folder.File("other"), "other bytes");
            File.Move(folder.File("other"), weights, overwrite: true);
        }
        else
        {
            File.WriteAllText(weights, "other bytes");
        }

        File.SetLastWriteTimeUtc(weights, Written);
        Assert.NotEqual(stamp, CheckpointStamp.Of(folder.Path));
    }

    [Fact]
    public void A_file_more_is_another_stamp_and_no_folder_has_none()
    {
        using var folder = Write();
        var stamp = CheckpointStamp.Of(folder.Path);

        File.WriteAllText(folder.File(CheckpointFiles.ChatTemplate), "{{ messages }}");

        Assert.NotEqual(stamp, CheckpointStamp.Of(folder.Path));
        Assert.Null(CheckpointStamp.Of(folder.File("nowhere")));
        Assert.Null(CheckpointStamp.Of(folder.Folder("empty")));
    }

    private static TempFolder Write()
    {
        var folder = new TempFolder();
        File.WriteAllText(folder.File(CheckpointFiles.Config), "{}");
        File.WriteAllText(folder.File(CheckpointFiles.Weights), "these bytes");
        File.SetLastWriteTimeUtc(folder.File(CheckpointFiles.Weights), Written);
        return folder;
    }
}
