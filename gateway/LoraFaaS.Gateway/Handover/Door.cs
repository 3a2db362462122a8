using LoraFaaS.Linux.Sockets;

namespace LoraFaaS.Gateway.Handover;

/// <summary>One address that callers come to.</summary>
/// <param name="Wanted">What the gateway was told to open: with port 0 another than where it stands.</param>
/// <param name="Listener">Its socket.</param>
internal sealed record Door(string Wanted, SharedListener Listener);
