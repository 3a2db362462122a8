using System.Buffers.Binary;
using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using LoraFaaS.Checkpoints.Json;
using LoraFaaS.Checkpoints.Outcomes;

namespace LoraFaaS.Checkpoints.Safetensors;

/// <summary>
/// The head of a safetensors file: u64 little-endian length, then that many bytes of JSON, then the data section.
/// Parsed as the reference implementation does: ranges lie end to end in the data section, without overlap, hole or rest.
/// </summary>
public sealed record SafetensorsHeader
{
    /// <summary>The reference implementation's own limit.</summary>
    public const int MaxJsonBytes = 100_000_000;

    /// <summary>The length field before the JSON.</summary>
    public const int LengthBytes = sizeof(ulong);

    private const string File = "safetensors header";

    private SafetensorsHeader()
    {
    }

    /// <summary>Where the data section starts, in bytes from the start of the file.</summary>
    public required long DataStart { get; init; }

    public required long DataLength { get; init; }

    public required FrozenDictionary<string, TensorInfo> Tensors { get; init; }

    /// <summary>The free text pairs of <c>__metadata__</c>.</summary>
    public required FrozenDictionary<string, string> Metadata { get; init; }

    /// <summary>Reads the length field alone, so that a caller knows how much to read before <see cref="Parse"/>.</summary>
    public static Reading<int> ParseLength(ReadOnlySpan<byte> start, long fileLength)
    {
        if (start.Length < LengthBytes || fileLength < LengthBytes)
        {
            return Reading.Refuse<int>(File, "the file is shorter than its 8-byte length field");
        }

        var length = BinaryPrimitives.ReadUInt64LittleEndian(start);
        if (length > MaxJsonBytes)
        {
            return Reading.Refuse<int>(File, Invariant($"is {length} bytes long; the limit is {MaxJsonBytes}"));
        }

        return (long)length > fileLength - LengthBytes
            ? Reading.Refuse<int>(File, Invariant($"is {length} bytes long, more than the file holds"))
            : Reading.Accept((int)length);
    }

    /// <param name="start">The file's first bytes: at least the length field and the JSON it announces.</param>
    /// <param name="fileLength">The length of the whole file, which the data section must fill.</param>
    public static Reading<SafetensorsHeader> Parse(ReadOnlySpan<byte> start, long fileLength)
    {
        switch (ParseLength(start, fileLength))
        {
            case Reading<int>.Refused refused:
                return new Reading<SafetensorsHeader>.Refused(refused.Why);
            case Reading<int>.Accepted { Value: var length } when start.Length - LengthBytes < length:
                return Reading.Refuse<SafetensorsHeader>(File, "is cut short");
            case Reading<int>.Accepted { Value: var length }:
                var json = start.Slice(LengthBytes, length).ToArray();
                return Reading.Capture(File, () => ParseJson(json, fileLength));
            default:
                throw new System.Diagnostics.UnreachableException();
        }
    }

    private static SafetensorsHeader ParseJson(byte[] json, long fileLength)
    {
        if (json.Length == 0 || json[0] != '{')
        {
            throw new RefusedException(File, "must begin with '{'");
        }

        var dataStart = LengthBytes + (long)json.Length;
        var dataLength = fileLength - dataStart;

        return JsonText.Read(File, json, root =>
        {
            var tensors = new Dictionary<string, TensorInfo>(StringComparer.Ordinal);
            var metadata = new Dictionary<string, string>(StringComparer.Ordinal);

            foreach (var (name, element, path) in root.Entries())
            {
                if (name == "__metadata__")
                {
                    ReadMetadata(root.AsObject(element, path), metadata);
                }
                else
                {
                    tensors.Add(name, ReadTensor(name, root.AsObject(element, path)));
                }
            }

            CheckLayout(tensors.Values, dataLength);

            return new SafetensorsHeader
            {
                DataStart = dataStart,
                DataLength = dataLength,
                Tensors = tensors.ToFrozenDictionary(StringComparer.Ordinal),
                Metadata = metadata.ToFrozenDictionary(StringComparer.Ordinal),
            };
        });
    }

    private static void ReadMetadata(JsonFields fields, Dictionary<string, string> metadata)
    {
        foreach (var (name, element, path) in fields.Entries())
        {
            metadata.Add(name, element.ValueKind is JsonValueKind.String
                ? JsonText.TextOf(element, path)
                : throw new RefusedException(path, "must be a string"));
        }
    }

    private static TensorInfo ReadTensor(string name, JsonFields fields)
    {
        var typeName = fields.Text("dtype");
        if (!TensorTypes.TryParse(typeName, out var type))
        {
            throw new RefusedException(fields.PathOf("dtype"), $"'{typeName}' is not a known element type");
        }

        fields.Get("shape");
        var shape = fields.Items("shape").Select(d => ToSize(d.Element, d.Path)).ToImmutableArray();
        fields.Get("data_offsets");
        var offsets = fields.Items("data_offsets").Select(o => ToSize(o.Element, o.Path)).ToArray();

        if (offsets is not [var begin, var end] || end < begin)
        {
            throw new RefusedException(fields.PathOf("data_offsets"), "must be [begin, end] with begin <= end");
        }

        if (Volume(shape, type.ElementBytes) is not { } bytes || bytes != end - begin)
        {
            throw new RefusedException(fields.PathOf("data_offsets"), "does not span as many bytes as dtype and shape need");
        }

        return new TensorInfo(name, type, shape, begin, end - begin);
    }

    /// <summary>Null when the product does not fit a 64-bit count.</summary>
    private static long? Volume(ImmutableArray<long> shape, int elementBytes)
    {
        // A zero anywhere makes the product zero, whatever the other sizes would overflow to.
        if (shape.Contains(0))
        {
            return 0;
        }

        Int128 bytes = elementBytes;
        foreach (var size in shape)
        {
            bytes *= size;
            if (bytes > long.MaxValue)
            {
                return null;
            }
        }

        return (long)bytes;
    }

    private static long ToSize(JsonElement element, string path) =>
        element.ValueKind is JsonValueKind.Number && element.TryGetInt64(out var size) && size >= 0
            ? size
            : throw new RefusedException(path, "must be a whole number from 0");

    private static void CheckLayout(IEnumerable<TensorInfo> tensors, long dataLength)
    {
        var expected = 0L;
        foreach (var tensor in tensors.OrderBy(t => t.Offset).ThenBy(t => t.ByteCount))
        {
            if (tensor.Offset != expected)
            {
                throw new RefusedException(
                    $"{tensor.Name}.data_offsets",
                    Invariant($"starts at {tensor.Offset} where {expected} was due: tensors must lie end to end"));
            }

            expected += tensor.ByteCount;
        }

        if (expected != dataLength)
        {
            throw new RefusedException(File, Invariant($"describes {expected} bytes of data, and the file holds {dataLength}"));
        }
    }

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
