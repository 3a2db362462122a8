using System.Buffers.Binary;
using System.Text;
using System.Text.Json;

namespace LoraFaaS.Checkpoints.Tests.Support;

/// <summary>Writes small safetensors files, well-formed unless a raw header says otherwise.</summary>
internal sealed class SafetensorsBuilder
{
    private readonly Dictionary<string, object> _entries = [];
    private readonly List<byte> _data = [];

    public static byte[] Raw(string json, int dataBytes)
    {
        var head = Encoding.UTF8.GetBytes(json);
        var file = new byte[8 + head.Length + dataBytes];
        BinaryPrimitives.WriteUInt64LittleEndian(file, (ulong)head.Length);
        head.CopyTo(file, 8);
        return file;
    }

    public SafetensorsBuilder Add(string name, params int[] shape) => AddFloats(name, new float[shape.Aggregate(1, (a, b) => a * b)], shape);

    public SafetensorsBuilder AddFloats(string name, float[] values, params int[] shape)
    {
        var begin = _data.Count;
        foreach (var value in values)
        {
            _data.AddRange(BitConverter.GetBytes(value));
        }

        _entries.Add(name, new { dtype = "F32", shape, data_offsets = new[] { begin, _data.Count } });
        return this;
    }

    public byte[] Build()
    {
        var data = _data.ToArray();
        var file = Raw(JsonSerializer.Serialize(_entries), data.Length);
        data.CopyTo(file, file.Length - data.Length);
        return file;
    }
}
