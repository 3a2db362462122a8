using LoraFaaS.Protocol.Data;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>An event of one of several generations that answer one request.</summary>
internal readonly record struct ChoiceEvent(int Index, GenerateEvent Event);
