namespace LoraFaaS.Engine.Adapters;

/// <summary>Where in a layer adapters act: the modules of a site share an input, so their A matrices are stacked and multiplied at once.</summary>
public enum AdapterSite
{
    /// <summary>Query, key, value.</summary>
    AttentionInput = 0,

    /// <summary>Output.</summary>
    AttentionOutput = 1,

    /// <summary>Gate, up.</summary>
    MlpInput = 2,

    /// <summary>Down.</summary>
    MlpOutput = 3,
}
