namespace LoraFaaS.Gateway.Authentication;

/// <summary>What a given text is to a key.</summary>
internal enum KeyState
{
    Wrong,
    Expired,
    Valid,
}
