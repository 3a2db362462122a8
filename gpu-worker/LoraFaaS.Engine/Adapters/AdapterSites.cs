using System.Diagnostics;
using LoraFaaS.Checkpoints.Peft;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Engine.Adapters;

/// <summary>Which modules a site has, and their sizes.</summary>
public static class AdapterSites
{
    public const int Count = 4;

    private static readonly AdapterModule[][] Members =
    [
        [AdapterModule.Query, AdapterModule.Key, AdapterModule.Value],
        [AdapterModule.Output],
        [AdapterModule.Gate, AdapterModule.Up],
        [AdapterModule.Down],
    ];

    public static IReadOnlyList<AdapterModule> ModulesOf(AdapterSite site) => Members[(int)site];

    public static AdapterSite SiteOf(AdapterModule module) => module switch
    {
        AdapterModule.Query or AdapterModule.Key or AdapterModule.Value => AdapterSite.AttentionInput,
        AdapterModule.Output => AdapterSite.AttentionOutput,
        AdapterModule.Gate or AdapterModule.Up => AdapterSite.MlpInput,
        AdapterModule.Down => AdapterSite.MlpOutput,
        _ => throw new UnreachableException(),
    };

    /// <summary>A module's place among its site's projections.</summary>
    public static int IndexIn(AdapterModule module) => module switch
    {
        AdapterModule.Key or AdapterModule.Up => 1,
        AdapterModule.Value => 2,
        _ => 0,
    };

    public static int InputColumns(BackboneShape shape, AdapterSite site)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return site switch
        {
            AdapterSite.AttentionInput or AdapterSite.MlpInput => shape.Hidden,
            AdapterSite.AttentionOutput => shape.QueryColumns,
            AdapterSite.MlpOutput => shape.Intermediate,
            _ => throw new UnreachableException(),
        };
    }

    public static int OutputRows(BackboneShape shape, AdapterModule module)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return module switch
        {
            AdapterModule.Query => shape.QueryColumns,
            AdapterModule.Key or AdapterModule.Value => shape.KvColumns,
            AdapterModule.Output or AdapterModule.Down => shape.Hidden,
            AdapterModule.Gate or AdapterModule.Up => shape.Intermediate,
            _ => throw new UnreachableException(),
        };
    }
}
