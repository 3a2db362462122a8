namespace LoraFaaS.Policies.Preloading;

/// <summary>What a plan's entry is about, in the order in which one needs the other.</summary>
public enum PreloadKind
{
    Backbone,
    Sandbox,
    Adapter,
    Prefix,
}
