using System.Text.Json;
using LoraFaaS.Checkpoints.Configuration;
using LoraFaaS.Checkpoints.Peft;
using LoraFaaS.Checkpoints.Safetensors;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Adapters;

/// <summary>Where an adapter's matrices go in its image: header, manifest, content.</summary>
internal sealed record AdapterPackPlan
{
    public required AdapterManifest Manifest { get; init; }

    public required byte[] ManifestJson { get; init; }

    public required ImageHeader Header { get; init; }

    /// <summary>Where a site begins in the content; behind the last one, where the content ends.</summary>
    public long SiteOffset(int index) => index < Manifest.Sites.Count ? Manifest.Sites[index].StackOffset : Header.ContentBytes;

    public static AdapterPackPlan For(AdapterWeights weights, ModelConfig config)
    {
        var sites = new List<PackedSite>();
        var end = 0L;
        foreach (var group in weights.Modules.GroupBy(m => (m.Layer, Site: AdapterSites.SiteOf(m.Module))).OrderBy(g => g.Key))
        {
            sites.Add(SiteFor(group.Key.Layer, group.Key.Site, [.. group.OrderBy(m => m.Module)], config, ref end));
        }

        var manifest = new AdapterManifest { Sites = sites };
        var json = JsonSerializer.SerializeToUtf8Bytes(manifest, ImageJson.Default.AdapterManifest);
        var content = Align(ImageHeader.Bytes + json.Length);

        return new AdapterPackPlan
        {
            Manifest = manifest,
            ManifestJson = json,
            Header = new ImageHeader(
                ImageHeader.AdapterMagic, ImageHeader.CurrentVersion, PanelLayout.Number, content + end, ImageHeader.Bytes, json.Length, content, end),
        };
    }

    private static PackedSite SiteFor(int layer, AdapterSite site, AdapterModuleWeights[] members, ModelConfig config, ref long end)
    {
        var dtype = members.All(m => m.A.Type is TensorType.BF16 && m.B.Type is TensorType.BF16) ? PackedDtype.BF16 : PackedDtype.F32;
        var inputs = members[0].Module.InFeatures(config);
        var stackRows = members.Sum(m => EvenRank(m.Rank));
        var stackOffset = end;
        end += PanelLayout.Bytes(dtype, stackRows, inputs);

        var modules = new List<PackedModule>();
        var stackRow = 0;
        foreach (var member in members)
        {
            var outputs = member.Module.OutFeatures(config);
            modules.Add(new PackedModule
            {
                Module = member.Module,
                Rank = member.Rank,
                Scale = member.Scale,
                StackRow = stackRow,
                OutputRows = outputs,
                Offset = end,
            });
            end += PanelLayout.Bytes(dtype, outputs, member.Rank);
            stackRow += EvenRank(member.Rank);
        }

        return new PackedSite
        {
            Layer = layer,
            Site = site,
            Dtype = dtype,
            StackRows = stackRows,
            InputColumns = inputs,
            StackOffset = stackOffset,
            Modules = modules,
        };
    }

    private static int EvenRank(int rank) => (rank + 1) / 2 * 2;

    private static long Align(long offset) => (offset + PanelLayout.LineBytes - 1) / PanelLayout.LineBytes * PanelLayout.LineBytes;
}
