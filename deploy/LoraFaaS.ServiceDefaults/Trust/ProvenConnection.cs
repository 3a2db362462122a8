namespace LoraFaaS.ServiceDefaults.Trust;

/// <summary>A connection's feature: its caller has shown that it knows the token, and so have we.</summary>
public sealed class ProvenConnection
{
    internal static readonly ProvenConnection Instance = new();

    private ProvenConnection()
    {
    }
}
