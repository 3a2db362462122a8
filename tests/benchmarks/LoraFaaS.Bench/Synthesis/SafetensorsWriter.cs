using System.Buffers.Binary;
using System.Text.Json;

namespace LoraFaaS.Bench.Synthesis;

/// <summary>Writes random bf16 tensors as one safetensors file, a block at a time: a shape of any size takes one block of memory.</summary>
internal static class SafetensorsWriter
{
    private const int BlockBytes = 4 << 20;

    public static void Write(string path, IReadOnlyList<SyntheticTensor> tensors, NormalBits normal, Action<long, long>? progress)
    {
        var header = Header(tensors);
        var total = tensors.Sum(tensor => tensor.Elements * sizeof(ushort));
        var temporary = path + ".new";

        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 1))
        {
            Span<byte> length = stackalloc byte[sizeof(ulong)];
            BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)header.Length);
            file.Write(length);
            file.Write(header);
            var block = new byte[BlockBytes];
            var done = 0L;

            foreach (var tensor in tensors)
            {
                for (var left = tensor.Elements * sizeof(ushort); left > 0;)
                {
                    var part = block.AsSpan(0, (int)Math.Min(left, block.Length));
                    Fill(part, tensor.IsNorm, normal);
                    file.Write(part);
                    left -= part.Length;
                    done += part.Length;
                    progress?.Invoke(done, total);
                }
            }
        }

        File.Move(temporary, path, overwrite: true);
    }

    private static void Fill(Span<byte> part, bool isNorm, NormalBits normal)
    {
        if (!isNorm)
        {
            normal.Fill(part);
            return;
        }

        for (var i = 0; i < part.Length; i += sizeof(ushort))
        {
            BinaryPrimitives.WriteUInt16LittleEndian(part[i..], 0x3F80);
        }
    }

    /// <summary>Padded with spaces to a multiple of 8, as the reference writer does.</summary>
    private static byte[] Header(IReadOnlyList<SyntheticTensor> tensors)
    {
        using var stream = new MemoryStream();
        using (var json = new Utf8JsonWriter(stream))
        {
            json.WriteStartObject();
            var offset = 0L;
            foreach (var tensor in tensors)
            {
                json.WriteStartObject(tensor.Name);
                json.WriteString("dtype", "BF16");
                json.WriteStartArray("shape");
                foreach (var size in tensor.Shape)
                {
                    json.WriteNumberValue(size);
                }

                json.WriteEndArray();
                json.WriteStartArray("data_offsets");
                json.WriteNumberValue(offset);
                offset += tensor.Elements * sizeof(ushort);
                json.WriteNumberValue(offset);
                json.WriteEndArray();
                json.WriteEndObject();
            }

            json.WriteEndObject();
        }

        while (stream.Length % 8 != 0)
        {
            stream.WriteByte((byte)' ');
        }

        return stream.ToArray();
    }
}
