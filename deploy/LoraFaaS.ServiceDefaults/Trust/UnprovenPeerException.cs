namespace LoraFaaS.ServiceDefaults.Trust;

/// <summary>Somebody accepted the connection and did not show that he knows the token: nothing was said to him.</summary>
public sealed class UnprovenPeerException : IOException
{
    public UnprovenPeerException()
        : this("What answers there does not know the internal token.")
    {
    }

    public UnprovenPeerException(string message)
        : base(message)
    {
    }

    public UnprovenPeerException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
