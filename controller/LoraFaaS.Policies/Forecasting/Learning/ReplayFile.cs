using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using LoraFaaS.Policies.Forecasting.Lstm;

namespace LoraFaaS.Policies.Forecasting.Learning;

/// <summary>
/// A replay buffer as bytes: "LFRB", format, lessons, features and state of the network they are for, then each lesson's row, state and features in halves, its calls as
/// floats, then SHA-256. Some 2 KiB a lesson: states and features lie within a few units of zero, where a half's three digits are more than they mean.
/// </summary>
internal static class ReplayFile
{
    private const uint Magic = 0x4252464C;
    private const int Format = 1;
    private const int HeaderBytes = 20;

    public static byte[] Write(ReplayBuffer buffer, LstmShape shape)
    {
        var bytes = new byte[HeaderBytes + (buffer.Count * LessonBytes(shape)) + SHA256.HashSizeInBytes];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(4), Format);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(8), buffer.Count);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(12), shape.Features);
        BinaryPrimitives.WriteInt32LittleEndian(bytes.AsSpan(16), shape.State);
        var left = bytes.AsSpan(HeaderBytes);

        foreach (var lesson in buffer.Lessons)
        {
            BinaryPrimitives.WriteInt32LittleEndian(left, lesson.NetworkRow);
            left = WriteHalves(left[4..], lesson.State);
            left = WriteHalves(left, lesson.Features);
            MemoryMarshal.AsBytes(lesson.Calls.AsSpan()).CopyTo(left);
            left = left[(lesson.Calls.Length * 4)..];
        }

        SHA256.HashData(bytes.AsSpan(0, bytes.Length - SHA256.HashSizeInBytes), bytes.AsSpan(bytes.Length - SHA256.HashSizeInBytes));
        return bytes;
    }

    public static bool TryRead(ReadOnlySpan<byte> bytes, ReplayBuffer buffer, LstmShape shape, out string problem)
    {
        if (bytes.Length < HeaderBytes + SHA256.HashSizeInBytes || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic
            || BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]) != Format)
        {
            problem = $"not a replay buffer of format {Format}";
            return false;
        }

        var count = BinaryPrimitives.ReadInt32LittleEndian(bytes[8..]);

        if (BinaryPrimitives.ReadInt32LittleEndian(bytes[12..]) != shape.Features || BinaryPrimitives.ReadInt32LittleEndian(bytes[16..]) != shape.State
            || bytes.Length != HeaderBytes + ((long)count * LessonBytes(shape)) + SHA256.HashSizeInBytes)
        {
            problem = "of another shape than this program's network";
            return false;
        }

        if (!SHA256.HashData(bytes[..^SHA256.HashSizeInBytes]).AsSpan().SequenceEqual(bytes[^SHA256.HashSizeInBytes..]))
        {
            problem = "damaged: its checksum is another";
            return false;
        }

        var left = bytes[HeaderBytes..];

        for (; count > 0; count--)
        {
            var row = BinaryPrimitives.ReadInt32LittleEndian(left);
            left = ReadHalves(left[4..], shape.State, out var state);
            left = ReadHalves(left, Lesson.Steps * shape.Features, out var features);
            var calls = MemoryMarshal.Cast<byte, float>(left[..CallBytes]).ToArray();
            left = left[CallBytes..];
            buffer.Add(Lesson.Restore(row, state, features, calls));
        }

        problem = "";
        return true;
    }

    private static int CallBytes => Lesson.Steps * ForecastHorizons.Count * 4;

    private static int LessonBytes(LstmShape shape) => 4 + (2 * (shape.State + (Lesson.Steps * shape.Features))) + CallBytes;

    private static Span<byte> WriteHalves(Span<byte> into, float[] values)
    {
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteHalfLittleEndian(into[(2 * i)..], (Half)values[i]);
        }

        return into[(2 * values.Length)..];
    }

    private static ReadOnlySpan<byte> ReadHalves(ReadOnlySpan<byte> from, int count, out float[] values)
    {
        values = new float[count];

        for (var i = 0; i < count; i++)
        {
            values[i] = (float)BinaryPrimitives.ReadHalfLittleEndian(from[(2 * i)..]);
        }

        return from[(2 * count)..];
    }
}
