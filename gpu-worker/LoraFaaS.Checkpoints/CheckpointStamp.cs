using System.Globalization;
using System.Text;
using LoraFaaS.Checkpoints.Files;

namespace LoraFaaS.Checkpoints;

/// <summary>
/// What the file system says of a checkpoint's files: which they are, how long, and when each was last written or otherwise changed (statx(2)). A file's time
/// of change is the kernel's own and cannot be set back, so that two equal stamps mean the same content, once the newest of those times is past.
/// </summary>
/// <param name="Text">One line a file of <see cref="CheckpointFiles.In"/>.</param>
/// <param name="Newest">When the last of them was changed, by the file system's clock.</param>
public sealed record CheckpointStamp(string Text, DateTimeOffset Newest)
{
    private const int AtWorkingFolder = -100;
    private const uint BasicStatus = 0x7ff;

    /// <summary>Null: the folder cannot be read, or holds no checkpoint file.</summary>
    public static unsafe CheckpointStamp? Of(string folder)
    {
        var text = new StringBuilder();
        var newest = DateTimeOffset.MinValue;

        try
        {
            foreach (var name in CheckpointFiles.In(folder))
            {
                FileStatus status;

                if (LibC.statx(AtWorkingFolder, Path.Combine(folder, name), 0, BasicStatus, &status) != 0)
                {
                    return null;
                }

                text.Append(
                    CultureInfo.InvariantCulture,
                    $"{name} {status.DeviceMajor}:{status.DeviceMinor}:{status.Inode} {status.Size} {status.Modified.Seconds}.{status.Modified.Nanoseconds} {status.Changed.Seconds}.{status.Changed.Nanoseconds}\n");
                var changed = DateTimeOffset.FromUnixTimeSeconds(status.Changed.Seconds).AddTicks(status.Changed.Nanoseconds / TimeSpan.NanosecondsPerTick);
                newest = changed > newest ? changed : newest;
            }
        }
        catch (Exception failure) when (failure is IOException or UnauthorizedAccessException)
        {
            return null;
        }

        return text.Length > 0 ? new CheckpointStamp(text.ToString(), newest) : null;
    }
}
