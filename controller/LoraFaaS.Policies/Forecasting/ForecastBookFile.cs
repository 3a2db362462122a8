using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Policies.Forecasting.Gate;

namespace LoraFaaS.Policies.Forecasting;

/// <summary>
/// A book as bytes, so that a restart does not forget: "LFBK", format, end, the groups' blends, then each function's name, history and the gate's scores, then
/// SHA-256. A function takes 2 to 3.5 KiB. Network states are not kept: they are right again within minutes.
/// </summary>
public static class ForecastBookFile
{
    private const uint Magic = 0x4B42464C;
    private const int Format = 2;
    private const int HeaderBytes = 20;

    public static byte[] Write(ForecastBook book)
    {
        var writer = new HistoryWriter();
        Span<byte> header = stackalloc byte[HeaderBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(header, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], Format);
        BinaryPrimitives.WriteInt64LittleEndian(header[8..], book.End.UtcTicks);
        BinaryPrimitives.WriteInt32LittleEndian(header[16..], book.Count);
        writer.Raw(header);

        foreach (var blend in book.Groups.Blends)
        {
            writer.Smalls(blend.Memory);
        }

        foreach (var (function, entry) in book.Entries)
        {
            var name = Encoding.UTF8.GetBytes(function.ToString());
            writer.Number(name.Length);
            writer.Raw(name);
            writer.History(entry.Track.History);
            writer.Smalls(entry.Track.Scores.Memory);
        }

        var content = writer.ToArray();
        return [.. content, .. SHA256.HashData(content)];
    }

    /// <summary>Puts what was written into an empty book; false, and why, where it is damaged or of another format.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, ForecastBook book, out string problem)
    {
        if (bytes.Length < HeaderBytes + SHA256.HashSizeInBytes || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic)
        {
            problem = "not a forecast book";
            return false;
        }

        if (BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]) is var format && format != Format)
        {
            problem = $"format {format} is not known, only {Format}";
            return false;
        }

        var content = bytes[..^SHA256.HashSizeInBytes];

        if (!SHA256.HashData(content).AsSpan().SequenceEqual(bytes[^SHA256.HashSizeInBytes..]))
        {
            problem = "damaged: its checksum is another";
            return false;
        }

        var end = new DateTimeOffset(BinaryPrimitives.ReadInt64LittleEndian(bytes[8..]), TimeSpan.Zero);
        var reader = new HistoryReader(content[HeaderBytes..]);
        book.StartAt(end);

        foreach (var blend in book.Groups.Blends)
        {
            blend.Restore(reader.Smalls(GateBlend.MemorySize));
        }

        for (var i = BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]); i > 0; i--)
        {
            var name = Encoding.UTF8.GetString(reader.Raw((int)reader.Number()));
            var history = reader.History(end);
            var scores = GateScores.Restore(reader.Smalls(GateScores.MemorySize));

            if (FunctionId.TryParse(name, out var function))
            {
                book.Put(function, history, scores);
            }
        }

        problem = "";
        return true;
    }
}
