using LoraFaaS.Checkpoints.Files;
using LoraFaaS.Linux.Memory;

namespace LoraFaaS.Bench.Ceilings;

/// <summary>
/// How fast a file comes from the disk that is not in the page cache: direct reads of 4 MiB, eight in flight, into memory that is used again and again.
/// Bytes a second.
/// </summary>
internal static class DiskRate
{
    private const int BlockBytes = 4 << 20;
    private const int InFlight = 8;

    public static double Measure(string path)
    {
        FileCache.Drop(path);
        using var file = LargeFile.Open(path);
        var length = file.Length / BlockBytes * BlockBytes;
        var next = 0L;
        var seconds = Lanes.Time(InFlight, _ =>
        {
            using var buffer = new ReadBuffer(BlockBytes);
            for (var at = Interlocked.Add(ref next, BlockBytes) - BlockBytes; at < length; at = Interlocked.Add(ref next, BlockBytes) - BlockBytes)
            {
                file.ReadDirect(at, buffer.Address, BlockBytes);
            }
        });
        return length / seconds;
    }
}
