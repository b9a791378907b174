"""Fit a network to crops, with Lightning: checkpoints, logs, resume, any number of devices and nodes."""

import atexit
import logging
import os
import socket
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import lightning
import numpy as np
import torch
from lightning.pytorch.callbacks import Callback, EarlyStopping, ModelCheckpoint, Timer
from lightning.pytorch.loggers import CSVLogger, TensorBoardLogger
from lightning.pytorch.strategies import DDPStrategy
from torch import Tensor, nn
from torch.optim.lr_scheduler import OneCycleLR, ReduceLROnPlateau
from torch.optim.swa_utils import AveragedModel
from torch.utils.data import DataLoader

from venule import networks
from venule.errors import RecipeError
from venule.evaluation import Counts
from venule.photograph import Photograph
from venule.photograph.arrays import ProbabilityArray
from venule.segmentation import predict_with
from venule.training.export import load_weights, save_weights, starting_weights
from venule.training.losses import vessel_loss
from venule.training.progress import Snapshots, StepProgress
from venule.training.recipe import Recipe
from venule.training.samples import Crops, Prepared, Sample, prepare


@dataclass(frozen=True)
class Hardware:
    """The accelerator, devices and nodes of a training.

    Attributes:
        accelerator: "auto", "cpu" or "gpu".
        devices: processes a node: CPU processes, or GPUs.
        nodes: machines.
        workers: processes that cut crops for each device; None: one for each processor up to 8 where a GPU learns from
            them, and none where the CPU does.
    """

    accelerator: str = "auto"
    devices: int = 1
    nodes: int = 1
    workers: int | None = None


@dataclass(frozen=True, eq=False)
class Fitted:
    """A fitted network.

    Attributes:
        network: with the best weights by validation, or the last where nothing was held out.
        seconds: wall time, with that before an interruption up to the last checkpoint.
        device: what it ran on.
    """

    network: nn.Module
    seconds: float
    device: str


def fit(
    recipe: Recipe,
    training: Sequence[Sample],
    validation: Sequence[Sample],
    output: Path,
    *,
    hardware: Hardware,
) -> Fitted | None:
    """Fit the network of a recipe; continues from the last checkpoint in the output folder, if there is one.

    Returns:
        None in every process but the first.

    Raises:
        RecipeError: the batch cannot be split over the processes, or the loss is no number any more.
    """
    processes = hardware.devices * hardware.nodes
    if recipe.batch % processes:
        raise RecipeError(f"batch {recipe.batch} cannot be split over {processes} processes: choose a multiple of it")
    logging.getLogger("lightning.pytorch").setLevel(logging.WARNING)
    lightning.seed_everything(recipe.seed, verbose=False)
    network = create_network(recipe)
    if recipe.conventions == "keras":
        networks.use_keras_conventions(network)
    if recipe.start_from:
        load_weights(network, starting_weights(recipe.start_from))
    photographs = [prepare(drawn, recipe.prepared_diameter) for drawn in training]
    held_out = [drawn.read() for drawn in validation]
    module = VesselTraining(recipe, network, photographs, held_out, workers=hardware.workers)
    by_validation = bool(validation) and recipe.choose_best
    checkpoints = _Checkpoints(
        output / "checkpoints",
        filename="best",
        monitor="validation_dice" if by_validation else None,
        mode="max",
        save_top_k=1,
        save_last=True,
        enable_version_counter=False,
        save_on_train_epoch_end=True,
    )
    callbacks: list[Callback] = [checkpoints, StepProgress(), module.timer]
    if recipe.stop_after:
        callbacks.append(_Stop("epoch_loss", patience=recipe.stop_after, check_on_train_epoch_end=True))
    if recipe.snapshots and held_out:
        callbacks.append(Snapshots(held_out[0], recipe.snapshots, output / "snapshots"))
    trainer = lightning.Trainer(
        accelerator=hardware.accelerator,
        devices=hardware.devices,
        num_nodes=hardware.nodes,
        strategy="auto" if processes == 1 else "ddp" if hardware.nodes > 1 else _OneMachine(output),
        precision=recipe.precision,
        max_steps=recipe.steps,
        max_epochs=-1,
        reload_dataloaders_every_n_epochs=1,
        num_sanity_val_steps=0,
        deterministic="warn",
        logger=[
            CSVLogger(output, name="logs", version=f"csv_{_runs(output)}"),  # it would overwrite that of an earlier run
            TensorBoardLogger(output, name="logs", version="tb"),
        ],
        log_every_n_steps=10,
        callbacks=callbacks,
        enable_progress_bar=False,
        enable_model_summary=False,
    )
    last = output / "checkpoints" / "last.ckpt"
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", module="lightning")  # advice to those who write trainings, not who run them
        trainer.fit(module, ckpt_path=last if last.is_file() else None, weights_only=True)
    if not trainer.is_global_zero:
        return None
    (output / "weights").mkdir(exist_ok=True)
    save_weights(module.result(), output / "weights" / "last.safetensors")
    best = output / "checkpoints" / "best.ckpt"
    if by_validation and best.is_file():  # weights_only: nothing that a checkpoint holds is run
        module.load_state_dict(torch.load(best, weights_only=True, map_location="cpu")["state_dict"])
        save_weights(module.result(), output / "weights" / "best.safetensors")
    network = module.result().cpu().eval().requires_grad_()  # the average was kept from learning
    return Fitted(network, module.timer.time_elapsed(), _device_name(trainer))


def create_network(recipe: Recipe) -> nn.Module:
    """The network of a recipe, with first weights, and as many channels as what it finds needs."""
    arguments = dict(recipe.network_arguments)
    if recipe.finds != "vessels":
        arguments |= {"channels": recipe.channels, "outputs": 2}
    return networks.create(recipe.network, **arguments)


class _Checkpoints(ModelCheckpoint):
    """Names files from its own folder: a checkpoint tells nobody's folders, and a training that was moved goes on."""

    def state_dict(self) -> dict[str, Any]:
        return self._renamed(super().state_dict(), lambda path: os.path.relpath(path, self.dirpath))

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        folder = str(self.dirpath)
        super().load_state_dict(self._renamed(state_dict, lambda path: os.path.normpath(os.path.join(folder, path))))

    @staticmethod
    def _renamed(state: dict[str, Any], rename: Callable[[str], str]) -> dict[str, Any]:
        names = ("dirpath", "best_model_path", "kth_best_model_path", "last_model_path")
        files = {name: rename(state[name]) for name in names if state.get(name)}
        return {
            **state,
            **files,
            "best_k_models": {rename(path): score for path, score in state["best_k_models"].items()},
        }


class VesselTraining(lightning.LightningModule):
    """A network with its loss, optimiser and schedule, and the running average of its weights."""

    def __init__(
        self,
        recipe: Recipe,
        network: nn.Module,
        photographs: Sequence[Prepared],
        held_out: Sequence[tuple[Any, Any]],
        *,
        workers: int | None,
    ) -> None:
        super().__init__()
        self.workers = workers
        self.recipe, self.photographs, self.held_out = recipe, photographs, held_out
        self.network = network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stubs lag
        self.average: AveragedModel | None = None
        if recipe.average:
            self.average = AveragedModel(self.network, avg_fn=self._blend, use_buffers=True).requires_grad_(False)
        self.timer = Timer(verbose=False)  # counts on from a checkpoint

    def result(self) -> nn.Module:
        """The network to use: the average where there is one."""
        return self.average.module if self.average else self.network

    def probability(self, photograph: Photograph) -> ProbabilityArray:
        """The probability of vessel, by the steps that `venule.segment` takes; float32, the photograph's size."""
        network = self.result()

        def run(network_input: np.ndarray) -> np.ndarray:
            with torch.no_grad():
                logits = network(torch.from_numpy(np.ascontiguousarray(network_input)).to(self.device))
            return np.asarray(torch.sigmoid(logits.float()).cpu().numpy())

        return predict_with(
            run,
            photograph,
            working_diameter=self.recipe.largest_diameter,
            smallest_diameter=self.recipe.smallest_diameter,
            multiple=getattr(network, "multiple", 1),
        )

    def training_step(self, batch: tuple[Tensor, Tensor, Tensor], index: int) -> Tensor:
        """The loss of one batch; of a network with several outputs, the sum over them."""
        shown, target, fov = batch
        logits = self.network(shown.contiguous(memory_format=torch.channels_last))
        recipe = self.recipe
        weights = {"cross_entropy": recipe.cross_entropy, "dice": recipe.dice, "background": recipe.background}
        passes = logits if isinstance(logits, tuple) else (logits,)
        loss: Tensor = torch.stack([vessel_loss(each, target, fov, **weights) for each in passes]).sum()
        self.log("loss", loss)
        self.log("epoch_loss", loss, on_step=False, on_epoch=True, sync_dist=True)
        return loss

    def on_train_batch_end(self, outputs: Any, batch: Any, batch_idx: int) -> None:
        if self.average:
            self.average.update_parameters(self.network)

    def on_train_epoch_end(self) -> None:
        self.log("seconds", self.timer.time_elapsed())
        loss = self.trainer.callback_metrics.get("epoch_loss")
        if loss is None:  # resumed at the end of an epoch, for which all this was done
            return
        if not loss.isfinite():
            raise RecipeError(
                f"the loss is {loss:g} after {self.global_step} steps: this training has failed. Start it again in "
                f"another folder with a learning_rate below {self.recipe.learning_rate:g}"
            )
        if isinstance(plateau := self.lr_schedulers(), ReduceLROnPlateau):
            plateau.step(loss)

    def validation_step(self, index: Tensor, batch_index: int) -> None:
        """Dice inside the field of view of one photograph that was held out, at its own size and threshold 0.5."""
        photograph, reference = self.held_out[int(index)]
        dice = Counts.of(self.probability(photograph) >= 0.5, reference, photograph.fov.mask).dice
        self.log("validation_dice", dice or 0.0, on_epoch=True, batch_size=1, sync_dist=True)

    def configure_optimizers(self) -> Any:
        """AdamW under the schedule of the recipe."""
        recipe = self.recipe
        optimizer = torch.optim.AdamW(
            self.network.parameters(), lr=recipe.learning_rate, weight_decay=recipe.weight_decay
        )
        if recipe.schedule == "plateau":  # stepped by on_train_epoch_end, which knows the loss of the epoch just over
            plateau = ReduceLROnPlateau(optimizer, factor=0.1, patience=recipe.reduce_after)
            never = {"interval": "epoch", "frequency": 10**9, "monitor": "epoch_loss", "strict": False}
            return {"optimizer": optimizer, "lr_scheduler": {"scheduler": plateau, **never}}
        cycle = OneCycleLR(optimizer, recipe.learning_rate, total_steps=recipe.steps)
        return {"optimizer": optimizer, "lr_scheduler": {"scheduler": cycle, "interval": "step"}}

    def train_dataloader(self) -> DataLoader[Any]:
        """The crops of this epoch; they depend on its number alone, so a resumed training sees the same."""
        recipe, first = self.recipe, self.current_epoch * self.recipe.epoch
        steps = max(1, min(recipe.epoch, recipe.steps - first))
        crops = Crops(self.photographs, recipe, first=first * recipe.batch, count=steps * recipe.batch)
        workers = self.workers
        if workers is None:
            workers = min(8, (os.cpu_count() or 1) // self.trainer.world_size) if self.device.type == "cuda" else 0
        return DataLoader(
            crops,
            batch_size=recipe.batch // self.trainer.world_size,
            shuffle=False,
            num_workers=workers,
            worker_init_fn=_use_one_thread,
            pin_memory=workers > 0 and self.device.type == "cuda",
        )

    def val_dataloader(self) -> DataLoader[Any]:
        return DataLoader(list(range(len(self.held_out))), batch_size=None)  # type: ignore[arg-type]

    def _blend(self, averaged: Tensor, current: Tensor, count: Tensor | int) -> Tensor:
        decay = min(self.recipe.average, (1 + int(count)) / (10 + int(count)))  # the first weights are soon forgotten
        return averaged + (current - averaged) * (1 - decay)


class _OneMachine(DDPStrategy):
    """Processes of one machine, which meet through a file in the output folder and talk over the loopback interface.

    By default they would listen on a port that other machines can reach, and ask the DNS for their own address.
    """

    def __init__(self, output: Path) -> None:
        super().__init__()
        self.output = output

    def setup_distributed(self) -> None:
        self.set_world_ranks()
        assert self.cluster_environment is not None
        loopback = next((name for _, name in socket.if_nameindex() if name.startswith("lo")), "lo")
        for library in ("GLOO", "NCCL"):
            os.environ.setdefault(f"{library}_SOCKET_IFNAME", loopback)
        self.output.mkdir(parents=True, exist_ok=True)
        meeting = self.output / f".processes-{self.cluster_environment.main_port}"  # the port is the same for them all
        store = torch.distributed.FileStore(str(meeting), self.world_size)  # type: ignore[attr-defined]  # stubs lag
        backend, rank = self._get_process_group_backend(), self.global_rank
        torch.distributed.init_process_group(backend, store=store, rank=rank, world_size=self.world_size)
        atexit.register(torch.distributed.destroy_process_group)
        super().setup_distributed()  # finds the processes connected, and does the rest


class _Stop(EarlyStopping):
    """Ends a training early, and does not let one go on that had ended."""

    def on_train_start(self, trainer: lightning.Trainer, module: lightning.LightningModule) -> None:
        trainer.should_stop = self.wait_count >= self.patience


def _use_one_thread(worker: int) -> None:
    cv2.setNumThreads(1)


def _runs(output: Path) -> int:
    return len(list((output / "logs").glob("csv_*")))


def _device_name(trainer: lightning.Trainer) -> str:
    if trainer.strategy.root_device.type == "cuda":
        return f"{trainer.world_size} x {torch.cuda.get_device_name()}"
    return f"{trainer.world_size} CPU process(es), {torch.get_num_threads()} threads each"
