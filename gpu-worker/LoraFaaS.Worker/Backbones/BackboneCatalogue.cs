using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using LoraFaaS.Contracts.Identity;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Backbones;

/// <summary>
/// The registered backbones, as the controller told them. Kept in a file, so that a worker that starts while no controller is there
/// serves what it served before.
/// </summary>
internal sealed partial class BackboneCatalogue
{
    private readonly string _path;
    private readonly ILogger<BackboneCatalogue> _logger;
    private readonly Lock _gate = new();
    private readonly Dictionary<Digest, KnownBackbone> _known = [];

    public BackboneCatalogue(string path, ILogger<BackboneCatalogue> logger)
    {
        _path = path;
        _logger = logger;
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        Recover();
    }

    public IReadOnlyList<KnownBackbone> All
    {
        get
        {
            lock (_gate)
            {
                return [.. _known.Values];
            }
        }
    }

    public bool TryFind(Digest digest, [NotNullWhen(true)] out KnownBackbone? backbone)
    {
        lock (_gate)
        {
            return _known.TryGetValue(digest, out backbone);
        }
    }

    /// <summary>False when it was known just so already.</summary>
    public bool Know(KnownBackbone backbone)
    {
        lock (_gate)
        {
            if (_known.TryGetValue(backbone.Digest, out var before) && before == backbone)
            {
                return false;
            }

            _known[backbone.Digest] = backbone;
            Save();
        }

        LogKnown(backbone.Name, backbone.Digest, backbone.Path);
        return true;
    }

    public bool Forget(Digest digest)
    {
        lock (_gate)
        {
            if (!_known.Remove(digest))
            {
                return false;
            }

            Save();
            return true;
        }
    }

    private void Save()
    {
        var entries = _known.Values.Select(known => new BackboneEntry(known.Digest.Value, known.Name, known.Path)).ToList();
        var next = _path + ".next";
        File.WriteAllBytes(next, JsonSerializer.SerializeToUtf8Bytes(entries, BackboneJson.Default.ListBackboneEntry));
        File.Move(next, _path, overwrite: true);
    }

    private void Recover()
    {
        if (!File.Exists(_path))
        {
            return;
        }

        try
        {
            foreach (var entry in JsonSerializer.Deserialize(File.ReadAllBytes(_path), BackboneJson.Default.ListBackboneEntry) ?? [])
            {
                if (Digest.TryParse(entry.Digest, out var digest))
                {
                    _known[digest] = new KnownBackbone(digest, entry.Name, entry.Path);
                }
            }
        }
        catch (JsonException failure)
        {
            // The controller tells it all again with the next session; only a worker without one would miss it.
            LogUnreadable(failure, _path);
        }
    }
}
