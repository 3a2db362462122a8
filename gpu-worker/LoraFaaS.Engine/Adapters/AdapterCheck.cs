using LoraFaaS.Checkpoints.Peft;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Adapters;

/// <summary>Refuses an adapter manifest whose ranges or sizes do not hold together, and one that does not fit a backbone.</summary>
internal static class AdapterCheck
{
    public const int MaxRank = 4_096;
    private const int MaxSize = 1 << 24;

    public static void Verify(AdapterManifest manifest, in ImageHeader header)
    {
        if (manifest.Sites is null)
        {
            throw new InvalidImageException("The adapter's manifest lacks its sites.");
        }

        var seen = new HashSet<(int, AdapterSite)>();
        foreach (var site in manifest.Sites)
        {
            if (site?.Modules is null || site.Modules.Count == 0 || site.Layer is < 0 or > 1024
                || !Enum.IsDefined(site.Site) || site.Dtype is not (PackedDtype.BF16 or PackedDtype.F32) || !seen.Add((site.Layer, site.Site)))
            {
                throw new InvalidImageException("A site of the adapter is empty, unknown or there twice.");
            }

            VerifyStack(site, header);
            VerifyModules(site, header);
        }
    }

    /// <summary>Null when the adapter fits the backbone; else what does not.</summary>
    public static string? Misfit(AdapterManifest manifest, BackboneShape shape)
    {
        foreach (var site in manifest.Sites)
        {
            if (site.Layer >= shape.Layers)
            {
                return $"It bends layer {site.Layer}; the backbone has {shape.Layers}.";
            }

            var inputs = AdapterSites.InputColumns(shape, site.Site);
            if (site.InputColumns != inputs)
            {
                return $"Layer {site.Layer} {site.Site} takes {site.InputColumns} inputs; the backbone gives {inputs}.";
            }

            foreach (var module in site.Modules)
            {
                var outputs = AdapterSites.OutputRows(shape, module.Module);
                if (module.OutputRows != outputs)
                {
                    return $"Layer {site.Layer} {module.Module} gives {module.OutputRows} outputs; the backbone takes {outputs}.";
                }
            }
        }

        return null;
    }

    private static void VerifyStack(PackedSite site, in ImageHeader header)
    {
        if (site.StackRows is <= 0 or > 4 * MaxRank || site.InputColumns is <= 0 or > MaxSize || site.InputColumns % 2 != 0)
        {
            throw new InvalidImageException($"Layer {site.Layer} {site.Site} has sizes out of range.");
        }

        VerifyRange(site.StackOffset, PanelLayout.Bytes(site.Dtype, site.StackRows, site.InputColumns), header);
    }

    private static void VerifyModules(PackedSite site, in ImageHeader header)
    {
        var modules = new HashSet<AdapterModule>();
        foreach (var module in site.Modules)
        {
            if (module is null || !Enum.IsDefined(module.Module) || AdapterSites.SiteOf(module.Module) != site.Site || !modules.Add(module.Module))
            {
                throw new InvalidImageException($"Layer {site.Layer} {site.Site} has a module that is unknown, elsewhere or there twice.");
            }

            // Both summands are bounded first, so that the sum cannot overflow.
            if (module.Rank is <= 0 or > MaxRank || module.StackRow is < 0 or > 4 * MaxRank
                || module.StackRow + (module.Rank + 1) / 2 * 2 > site.StackRows
                || module.OutputRows is <= 0 or > MaxSize || !float.IsFinite(module.Scale))
            {
                throw new InvalidImageException($"Layer {site.Layer} {module.Module} has a rank, scale or size out of range.");
            }

            VerifyRange(module.Offset, PanelLayout.Bytes(site.Dtype, module.OutputRows, module.Rank), header);
        }
    }

    private static void VerifyRange(long offset, long bytes, in ImageHeader header)
    {
        if (offset % PanelLayout.LineBytes != 0 || !header.ContentHolds(offset, bytes))
        {
            throw new InvalidImageException($"A range of {bytes} bytes at {offset} is not aligned, or reaches outside the adapter.");
        }
    }
}
