namespace LoraFaaS.ControlPlane.Ports;

/// <summary>What became of a write.</summary>
public enum CatalogueWrite
{
    Done,
    Exists,
    NotFound,

    /// <summary>Somebody else wrote in between: read again and decide again.</summary>
    Stale,

    /// <summary>A function uses it.</summary>
    InUse,
}
