namespace LoraFaaS.ControlPlane.Secrets;

/// <summary>What came of opening a sealed value.</summary>
public enum SealOpening
{
    Opened,

    /// <summary>The key that sealed it is not on the ring.</summary>
    KeyMissing,

    /// <summary>Not what was sealed under this namespace and name.</summary>
    Damaged,
}
