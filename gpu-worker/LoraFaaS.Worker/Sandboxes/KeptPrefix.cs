using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>A prompt prefix whose keys and values a sandbox keeps.</summary>
internal sealed record KeptPrefix(FunctionId Function, int Revision, Digest? Adapter, int Tokens, ByteSize Size);
