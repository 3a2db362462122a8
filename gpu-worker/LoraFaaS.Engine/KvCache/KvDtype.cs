namespace LoraFaaS.Engine.KvCache;

/// <summary>How cached keys and values are kept.</summary>
public enum KvDtype
{
    BF16 = 1,
    F32 = 2,
}
