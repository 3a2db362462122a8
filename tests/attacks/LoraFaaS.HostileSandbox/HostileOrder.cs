using System.Text.Json.Serialization;
using LoraFaaS.Attacks;

namespace LoraFaaS.HostileSandbox;

/// <summary>What the test asks for, as the prompt of an invocation: an attack by name, or a forgery.</summary>
internal sealed record HostileOrder(string Attack, AttackTarget Target);

[JsonSerializable(typeof(HostileOrder))]
[JsonSerializable(typeof(AttackResult))]
internal sealed partial class HostileJson : JsonSerializerContext;
