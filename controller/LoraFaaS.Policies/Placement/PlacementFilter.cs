namespace LoraFaaS.Policies.Placement;

/// <summary>Why a worker cannot be chosen at all, in the order in which it is asked.</summary>
public enum PlacementFilter
{
    None,
    Lost,
    Draining,
    Excluded,
    BackboneUnreadable,
    DeviceTooSmall,
    TooFar,
}
