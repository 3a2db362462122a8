using System.Collections.Frozen;
using System.Text.Json;
using LoraFaaS.Checkpoints.Json;
using LoraFaaS.Checkpoints.Outcomes;

namespace LoraFaaS.Checkpoints.Safetensors;

/// <summary>Tensors spread over several files of one folder by <c>model.safetensors.index.json</c>.</summary>
public sealed class ShardedTensors : TensorStore
{
    public const string IndexFile = "model.safetensors.index.json";

    /// <summary>The largest public checkpoints have a few hundred shards; each is an open file here.</summary>
    private const int MaxShards = 1_024;

    private readonly FrozenDictionary<string, SafetensorsFile> _fileOf;
    private readonly IReadOnlyList<SafetensorsFile> _files;

    private ShardedTensors(FrozenDictionary<string, SafetensorsFile> fileOf, IReadOnlyList<SafetensorsFile> files)
    {
        _fileOf = fileOf;
        _files = files;
        Tensors = fileOf.ToFrozenDictionary(e => e.Key, e => e.Value.Tensors[e.Key], StringComparer.Ordinal);
    }

    public override IReadOnlyDictionary<string, TensorInfo> Tensors { get; }

    public SafetensorsFile FileOf(TensorInfo tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        return _fileOf[tensor.Name];
    }

    /// <summary>Opens every shard that the folder's index names.</summary>
    public static Reading<ShardedTensors> Open(string folder) => Reading.Capture(IndexFile, () =>
    {
        var map = ReadIndex(File.ReadAllBytes(Path.Combine(folder, IndexFile)));
        var files = new Dictionary<string, SafetensorsFile>(StringComparer.Ordinal);
        try
        {
            foreach (var shard in map.Values.Distinct(StringComparer.Ordinal))
            {
                files.Add(shard, SafetensorsFile.Open(Path.Combine(folder, shard)).ValueOrThrow());
            }

            foreach (var (tensor, shard) in map)
            {
                if (files[shard].Find(tensor) is null)
                {
                    throw new RefusedException($"weight_map.{tensor}", $"'{shard}' does not hold this tensor");
                }
            }

            return new ShardedTensors(
                map.ToFrozenDictionary(e => e.Key, e => files[e.Value], StringComparer.Ordinal),
                [.. files.Values]);
        }
        catch
        {
            foreach (var file in files.Values)
            {
                file.Dispose();
            }

            throw;
        }
    });

    /// <summary>Tensor name to shard file name, each a plain name inside the folder.</summary>
    internal static Dictionary<string, string> ReadIndex(ReadOnlyMemory<byte> json) => JsonText.Read(IndexFile, json, root =>
    {
        var map = new Dictionary<string, string>(StringComparer.Ordinal);
        root.Object("weight_map");

        foreach (var (tensor, element, path) in root.Entries("weight_map"))
        {
            var shard = element.ValueKind is JsonValueKind.String
                ? JsonText.TextOf(element, path)
                : throw new RefusedException(path, "must be a file name");

            map.Add(tensor, IsPlainName(shard)
                ? shard
                : throw new RefusedException(path, "must be the plain name of a .safetensors file beside the index"));
        }

        var shards = map.Values.Distinct(StringComparer.Ordinal).Count();
        return shards <= MaxShards ? map : throw new RefusedException("weight_map", $"names {shards} files; the limit is {MaxShards}");
    });

    protected override void ReadCore(TensorInfo tensor, long offset, Span<byte> destination) =>
        _fileOf[tensor.Name].Read(tensor, offset, destination);

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            foreach (var file in _files)
            {
                file.Dispose();
            }
        }

        base.Dispose(disposing);
    }

    private static bool IsPlainName(string name) =>
        name.EndsWith(".safetensors", StringComparison.Ordinal)
        && name.AsSpan().IndexOfAny('/', '\\', '\0') < 0
        && !name.StartsWith('.');
}
