using System.Globalization;
using LoraFaaS.Checkpoints.Files;

namespace LoraFaaS.Checkpoints;

/// <summary>
/// What the file system says of a file (statx(2)): which it is, how long, and when it was last written or otherwise changed. The time of change is the kernel's own
/// and cannot be set back, so that two equal stamps mean the same content, once that time is past.
/// </summary>
/// <param name="Text">Device, inode, bytes, and both times to the nanosecond.</param>
/// <param name="Modified">When its content was last written; whoever may write the file can set it.</param>
/// <param name="Changed">When its content, its name or anything else of it was last changed, by the file system's clock.</param>
public sealed record FileStamp(string Text, DateTimeOffset Modified, DateTimeOffset Changed)
{
    private const int AtWorkingFolder = -100;
    private const uint BasicStatus = 0x7ff;

    /// <summary>
    /// Whether the last change was another than the last writing, and later: a new name, given when all was written. Who writes after that, even at the same tick of the
    /// file system's clock, writes at another time than this one.
    /// </summary>
    public bool IsWrittenBeforeChanged => Modified < Changed;

    /// <summary>Null: there is no such file, or it cannot be looked at.</summary>
    public static unsafe FileStamp? Of(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        FileStatus status;

        if (LibC.statx(AtWorkingFolder, path, 0, BasicStatus, &status) != 0)
        {
            return null;
        }

        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{status.DeviceMajor}:{status.DeviceMinor}:{status.Inode} {status.Size} {status.Modified.Seconds}.{status.Modified.Nanoseconds} {status.Changed.Seconds}.{status.Changed.Nanoseconds}");
        return new FileStamp(text, TimeOf(status.Modified), TimeOf(status.Changed));
    }

    private static DateTimeOffset TimeOf(FileTime time) => DateTimeOffset.FromUnixTimeSeconds(time.Seconds).AddTicks(time.Nanoseconds / TimeSpan.NanosecondsPerTick);
}
