using System.Buffers.Binary;
using System.Security.Cryptography;

namespace LoraFaaS.Policies.Forecasting.Lstm;

/// <summary>
/// A network on its way to a disk: "LFLS", format, the shape's six sizes, updates, then parameters and both moments as little-endian
/// floats, then SHA-256 of all that. Another shape, format or a changed byte is refused with the reason.
/// </summary>
internal static class LstmCheckpoint
{
    private const uint Magic = 0x534C464C;
    private const int Format = 1;
    private const int HeaderBytes = 4 + 4 + 6 * 4 + 8;

    public static byte[] Write(LstmParameters parameters, AdamState adam)
    {
        var count = parameters.Values.Length;
        var bytes = new byte[HeaderBytes + 3 * 4 * count + SHA256.HashSizeInBytes];
        WriteHeader(bytes, parameters.Shape, adam.Updates);
        var body = bytes.AsSpan(HeaderBytes);
        WriteFloats(body, parameters.Values);
        WriteFloats(body[(4 * count)..], adam.First);
        WriteFloats(body[(8 * count)..], adam.Second);
        SHA256.HashData(bytes.AsSpan(0, bytes.Length - SHA256.HashSizeInBytes), bytes.AsSpan(bytes.Length - SHA256.HashSizeInBytes));
        return bytes;
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, LstmShape shape, out LstmParameters? parameters, out AdamState? adam, out string problem)
    {
        (parameters, adam) = (null, null);

        if (bytes.Length < HeaderBytes + SHA256.HashSizeInBytes || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic)
        {
            problem = "not a forecast network";
            return false;
        }

        if (BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]) is var format && format != Format)
        {
            problem = $"format {format} is not known, only {Format}";
            return false;
        }

        if (!SHA256.HashData(bytes[..^SHA256.HashSizeInBytes]).AsSpan().SequenceEqual(bytes[^SHA256.HashSizeInBytes..]))
        {
            problem = "damaged: its checksum is another";
            return false;
        }

        Span<byte> expected = stackalloc byte[HeaderBytes];
        WriteHeader(expected, shape, 0);

        if (!bytes[..(HeaderBytes - 8)].SequenceEqual(expected[..(HeaderBytes - 8)]) || bytes.Length != HeaderBytes + 12 * shape.Parameters + SHA256.HashSizeInBytes)
        {
            problem = "of another shape than this program's network";
            return false;
        }

        var body = bytes[HeaderBytes..];
        var count = shape.Parameters;
        parameters = new LstmParameters(shape, ReadFloats(body, count));
        adam = new AdamState(ReadFloats(body[(4 * count)..], count), ReadFloats(body[(8 * count)..], count), BinaryPrimitives.ReadInt64LittleEndian(bytes[(HeaderBytes - 8)..]));
        problem = "";
        return true;
    }

    private static void WriteHeader(Span<byte> bytes, LstmShape shape, long updates)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(bytes[4..], Format);
        int[] sizes = [shape.Features, shape.Embedding, shape.Functions, shape.Hidden, ForecastFeatures.Version, CountQuantiles.Count];

        for (var i = 0; i < sizes.Length; i++)
        {
            BinaryPrimitives.WriteInt32LittleEndian(bytes[(8 + 4 * i)..], sizes[i]);
        }

        BinaryPrimitives.WriteInt64LittleEndian(bytes[(HeaderBytes - 8)..], updates);
    }

    private static void WriteFloats(Span<byte> bytes, ReadOnlySpan<float> values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes[(4 * i)..], values[i]);
        }
    }

    private static float[] ReadFloats(ReadOnlySpan<byte> bytes, int count)
    {
        var values = new float[count];

        for (var i = 0; i < count; i++)
        {
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes[(4 * i)..]);
        }

        return values;
    }
}
