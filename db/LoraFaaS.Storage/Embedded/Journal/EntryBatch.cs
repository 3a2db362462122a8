using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace LoraFaaS.Storage.Embedded.Journal;

/// <summary>
/// The payload of an entries frame: its kind, the sequence number of the first entry (8 bytes), then each entry as
/// length (4 bytes) and JSON. Little-endian.
/// </summary>
internal static class EntryBatch
{
    /// <summary>A batch is closed when it has this many bytes.</summary>
    public const int TargetBytes = 1 << 20;

    /// <summary>Largest entry: a deployment is at most some hundred kilobytes.</summary>
    public const int MaxEntryBytes = 16 << 20;

    private const int PrefixBytes = 1 + sizeof(long);

    public static void Begin(ArrayBufferWriter<byte> payload, long sequence)
    {
        payload.ResetWrittenCount();
        var prefix = payload.GetSpan(PrefixBytes);
        prefix[0] = (byte)FrameKind.Entries;
        BinaryPrimitives.WriteInt64LittleEndian(prefix[1..], sequence);
        payload.Advance(PrefixBytes);
    }

    public static void Add(ArrayBufferWriter<byte> payload, ReadOnlySpan<byte> entry)
    {
        BinaryPrimitives.WriteInt32LittleEndian(payload.GetSpan(sizeof(int)), entry.Length);
        payload.Advance(sizeof(int));
        payload.Write(entry);
    }

    public static long ReadSequence(ReadOnlySpan<byte> payload) => BinaryPrimitives.ReadInt64LittleEndian(payload[1..]);

    public static List<TEntry> Read<TEntry>(ReadOnlySpan<byte> payload, JsonTypeInfo<TEntry> type)
    {
        var entries = new List<TEntry>();

        for (var rest = payload[PrefixBytes..]; rest.Length > 0;)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(rest);
            entries.Add(JsonSerializer.Deserialize(rest.Slice(sizeof(int), length), type) ?? throw new JsonException("An entry is null."));
            rest = rest[(sizeof(int) + length)..];
        }

        return entries;
    }
}
