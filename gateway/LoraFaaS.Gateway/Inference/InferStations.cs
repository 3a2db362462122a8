using LoraFaaS.Gateway.Admission;
using LoraFaaS.Gateway.Forwarding;
using LoraFaaS.Gateway.Routing;

namespace LoraFaaS.Gateway.Inference;

/// <summary>What an inference call passes behind the door.</summary>
internal sealed record InferStations(RouteBoard Board, InvocationDeadline Deadline, GenerationRunner Runner, BodyReader Bodies, TimeProvider Time);
